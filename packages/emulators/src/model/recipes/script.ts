import type { Design } from "./design.ts";

/** What all the apps' scripts share. */
const SHARED = `"use strict";

/** The first element that a selector finds. */
function $(selector) {
  return document.querySelector(selector);
}

/** A new element; text is text, never markup. */
function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("aria-") || name === "for" || name === "role") made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children);
  return made;
}

/** A value that this browser keeps; where it keeps nothing, the value lasts as long as the page. */
function kept(name, initial, isValid) {
  let value = initial;
  try {
    const stored = JSON.parse(localStorage.getItem(name));
    if (stored !== null && isValid(stored)) value = stored;
  } catch {
    // Nothing is stored, or nothing may be.
  }
  return {
    get: () => value,
    set: (next) => {
      value = next;
      try {
        localStorage.setItem(name, JSON.stringify(next));
      } catch {
        // It is full, or closed to this page.
      }
    },
    forget: () => {
      try {
        localStorage.removeItem(name);
      } catch {
        // There was nothing to forget.
      }
    },
  };
}

/** Tells those who listen to the page what has happened. */
function say(text) {
  $("#status").textContent = text;
}

/** Lets the reset button, where there is one, clear what is kept; it asks first. */
function resetBy(clear) {
  const button = $("#reset");
  if (!button) return;
  let asked = false;
  const ask = (on) => {
    asked = on;
    button.textContent = on ? "Really clear everything?" : "Reset";
  };
  button.addEventListener("click", () => {
    if (!asked) return ask(true);
    ask(false);
    clear();
    say("Everything is as it was at the start.");
  });
  button.addEventListener("blur", () => ask(false));
}
`;

/** The whole of `app.js`. */
export function scriptFor({ app }: Design): string {
  return `${SHARED}\n${app.script.trim()}\n`;
}
