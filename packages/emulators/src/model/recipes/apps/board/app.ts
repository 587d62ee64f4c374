import type { App } from "../../app.ts";
import { heading } from "../../page.ts";
import { titleOf } from "../../words.ts";
import { script } from "./script.ts";
import { style } from "./style.ts";

/** A board of notes: for prompts that name no app. Nothing suggests it, it is what is left. */
export const board: App = {
  id: "board",
  label: "Notes",
  what: "a board of notes",
  words: /(?!)/,
  hints: /(?!)/,
  colour: "blue",
  nameFor: (_, prompt) => titleOf(prompt),
  features: [
    "It is a **board of notes** for this idea: I know how to make a to-do list, a pomodoro timer, a poll, a choir's concerts, an invoice and a landing page, and this is none of them",
    "**Write**, **pin** and **delete** notes; each can have a colour",
    "**Find** the ones with a word in them",
  ],
  markup: (design) => `
${heading(design, '<p class="lead">Collect what belongs to it: ideas, questions, and what comes next.</p>')}
<form id="add" class="card write">
  <label class="unseen" for="text">A new note</label>
  <textarea id="text" rows="3" maxlength="1000" placeholder="Write a note …"></textarea>
  <div class="row">
    <fieldset class="dots">
      <legend class="unseen">Colour of the note</legend>
      <label><input type="radio" name="hue" value="plain" checked><span class="unseen">Plain</span></label>
      <label class="hue-1"><input type="radio" name="hue" value="1"><span class="unseen">Yellow</span></label>
      <label class="hue-2"><input type="radio" name="hue" value="2"><span class="unseen">Green</span></label>
      <label class="hue-3"><input type="radio" name="hue" value="3"><span class="unseen">Blue</span></label>
      <label class="hue-4"><input type="radio" name="hue" value="4"><span class="unseen">Pink</span></label>
    </fieldset>
    <button class="primary">Add the note</button>
  </div>
</form>
<div class="find">
  <label class="unseen" for="find">Find in the notes</label>
  <input id="find" type="search" placeholder="Find …" autocomplete="off">
  <p class="muted" id="count"></p>
</div>
<ul id="notes" class="board" aria-label="Notes"></ul>`,
  style,
  script,
};
