import type { App, Setting } from "../../app.ts";
import { heading } from "../../page.ts";
import { shortened } from "../../words.ts";
import { script } from "./script.ts";
import { style } from "./style.ts";

const FOCUS_MINUTES = 25;
const BREAK_MINUTES = 5;

/** A pomodoro timer: it counts, pauses, and goes from sessions to breaks. */
export const pomodoro: App = {
  id: "pomodoro",
  label: "Pomodoro timer",
  what: "a pomodoro timer",
  words: /\bpomodoros?\b|\b(count-?down|focus|tomato|study|egg|tea)? ?timers?\b|\bcount-?down\b/i,
  hints: /\b(focus|concentrat\w+|stop-?watch|minutes|breaks?)\b/i,
  colour: "red",
  nameFor: (subject) => (subject === undefined ? "Pomodoro timer" : shortened(subject)),
  features: [
    "**Start**, **pause** and **skip**; it goes on counting while another tab is open",
    "Four sessions, with short breaks between them and a long one at the end",
    "The lengths can be set, and a sound says when the time is up",
  ],
  markup: (design) => `
${heading(design)}
<section class="timer card" aria-label="Timer">
  <div class="segments" role="group" aria-label="What to time">
    <button type="button" data-mode="focus">Focus</button>
    <button type="button" data-mode="short">Break</button>
    <button type="button" data-mode="long">Long break</button>
  </div>
  <div class="dial">
    <svg viewBox="0 0 200 200" aria-hidden="true">
      <circle class="track" cx="100" cy="100" r="92" />
      <circle class="hand" id="hand" cx="100" cy="100" r="92" pathLength="100" />
    </svg>
    <div class="reading">
      <p id="time" class="time" role="timer" aria-label="Time left">25:00</p>
      <p id="what" class="muted"></p>
    </div>
  </div>
  <div class="row controls">
    <button type="button" class="primary" id="start">Start</button>
    <button type="button" class="quiet" id="again">Restart</button>
    <button type="button" class="quiet" id="skip">Skip</button>
  </div>
  <ol id="sessions" class="sessions" aria-label="Sessions of this round"></ol>
  <p class="muted" id="count"></p>
</section>
<details class="card lengths">
  <summary>Lengths</summary>
  <div class="fields">
    <div class="field"><label for="focus">Focus, minutes</label><input id="focus" type="number" min="1" max="180" inputmode="numeric"></div>
    <div class="field"><label for="short">Break, minutes</label><input id="short" type="number" min="1" max="60" inputmode="numeric"></div>
    <div class="field"><label for="long">Long break, minutes</label><input id="long" type="number" min="1" max="120" inputmode="numeric"></div>
  </div>
</details>`,
  style,
  script: `const DEFAULT_MINUTES = {
  focus: Number(document.documentElement.dataset.focus ?? ${FOCUS_MINUTES}),
  short: Number(document.documentElement.dataset.break ?? ${BREAK_MINUTES}),
  long: 15,
};
${script.trim()}`,
  settingsIn,
};

/** "50 minutes" is a session's length, "10 minute breaks" a break's. */
function settingsIn(prompt: string): Setting[] {
  const found = [
    ...prompt.matchAll(/\b(\d{1,3})[ -]?min(?:ute)?s?\b(?=( (?:short )?(?:breaks?|pauses?))?)/gi),
  ];
  return found.flatMap(([, number = "", isBreak]) => {
    const minutes = Math.min(Math.max(Number(number), 1), 180);
    const name = isBreak === undefined ? "focus" : "break";
    const what = isBreak === undefined ? "A session" : "A break";
    return [{ name, value: String(minutes), said: `${what} has **${minutes} minutes** now.` }];
  });
}
