import type { App } from "../../app.ts";
import { heading } from "../../page.ts";
import { shortened } from "../../words.ts";
import { script } from "./script.ts";
import { style } from "./style.ts";

/** A choir's concerts: dates, and who sings in which voice. */
export const concerts: App = {
  id: "concerts",
  label: "Concerts",
  what: "a page of concerts, with sign-up",
  words: /\b(concerts?|gigs?|recitals?)\b|\bsign(ing)?[ -]?ups? (for|sheet|list)\b/i,
  hints: /\b(choirs?|orchestras?|bands?|rehearsals?|ensembles?|singers?|chorus|performances?)\b/i,
  colour: "teal",
  nameFor: (subject) =>
    subject === undefined || /^(concerts?|choir)$/i.test(subject)
      ? "Our concerts"
      : shortened(subject),
  features: [
    "The next concerts, with day, time and place; a **date of your own** can be added",
    "**Sign up** by name and voice, and withdraw again",
    "How many sing in each voice, and which voice is still missing",
  ],
  markup: (design) => `
${heading(design, '<p class="lead" id="summary"></p>')}
<ol id="concerts" class="concerts"></ol>
<details class="card more">
  <summary>Add a concert</summary>
  <form id="add" class="fields">
    <div class="field wide"><label for="title">Title</label><input id="title" maxlength="80" required autocomplete="off" placeholder="Summer serenade"></div>
    <div class="field"><label for="day">Day</label><input id="day" type="date" required></div>
    <div class="field"><label for="hour">Time</label><input id="hour" type="time" value="19:30" required></div>
    <div class="field wide"><label for="place">Place</label><input id="place" maxlength="80" required autocomplete="off" placeholder="Town hall"></div>
    <div class="wide"><button class="primary">Add the concert</button></div>
  </form>
</details>`,
  style,
  script,
};
