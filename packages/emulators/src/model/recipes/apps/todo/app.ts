import type { App } from "../../app.ts";
import { heading } from "../../page.ts";
import { shortened } from "../../words.ts";
import { script } from "./script.ts";
import { style } from "./style.ts";

/** A to-do list: add, tick, filter, delete. */
export const todo: App = {
  id: "todo",
  label: "To-do list",
  what: "a to-do list",
  words:
    /\bto-?dos?\b|\bto do\b|\bcheck-?lists?\b|\b(task|shopping|packing|chores?|reading) lists?\b/i,
  hints: /\b(tasks?|chores?|groceries|errands|list)\b/i,
  colour: "indigo",
  nameFor: (subject) => (subject === undefined ? "To-do list" : shortened(subject)),
  features: [
    "**Add** something by typing it and pressing Enter; **tick** it when it is done",
    "**Filter** by all, open and done",
    "**Delete** one thing, or all that is done; a deletion can be undone",
  ],
  markup: (design) => `
${heading(design, '<p class="lead" id="summary"></p>')}
<div class="progress" aria-hidden="true"><span id="bar"></span></div>
<form id="add" class="add">
  <label class="unseen" for="what">What is to be done</label>
  <input id="what" name="what" maxlength="200" autocomplete="off" placeholder="What is to be done?">
  <button class="primary">Add</button>
</form>
<section class="card" aria-label="Things to do">
  <ul id="list" class="list"></ul>
  <p id="empty" class="empty" hidden></p>
  <div class="tools">
    <div class="segments" role="group" aria-label="Which ones to show">
      <button type="button" data-filter="all">All</button>
      <button type="button" data-filter="open">Open</button>
      <button type="button" data-filter="done">Done</button>
    </div>
    <button type="button" class="quiet" id="clear">Clear done</button>
  </div>
</section>
<div id="undo" class="toast card" hidden><span></span><button type="button" class="soft">Undo</button></div>`,
  style,
  script,
};
