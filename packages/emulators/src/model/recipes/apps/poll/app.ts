import type { App, Setting } from "../../app.ts";
import { heading } from "../../page.ts";
import { shortened } from "../../words.ts";
import { script } from "./script.ts";
import { style } from "./style.ts";

const MAX_OPTIONS = 12;
const OPTIONS = ["Saturday morning", "Saturday evening", "Sunday afternoon"];

/** A poll: vote, and see the bars. */
export const poll: App = {
  id: "poll",
  label: "Poll",
  what: "a poll",
  words: /\bpolls?\b|\bsurveys?\b|\bballots?\b|\bvot(e|ing) (app|page|form)\b/i,
  hints: /\b(vot(e|es|ing)|elections?|choose between|decide)\b/i,
  colour: "violet",
  nameFor: (subject, prompt) =>
    questionIn(prompt) ?? (subject ? whichFor(subject) : "Which day suits you?"),
  features: [
    "**Vote**, and see how many voted for what, as bars and in numbers",
    "Pass it on: the **next person** votes on the same device",
    "**Add an option** of your own; take the last vote back",
  ],
  markup: (design) => `
${heading(design, '<p class="lead" id="summary"></p>')}
<form id="vote" class="card ballot">
  <fieldset>
    <legend class="unseen">The options</legend>
    <div id="options"></div>
  </fieldset>
  <div class="row"><button class="primary" id="cast">Vote</button><button type="button" class="quiet" id="peek">Show the result</button></div>
</form>
<section id="result" class="card ballot" aria-label="The result" hidden>
  <ol id="bars" class="bars"></ol>
  <div class="row"><button type="button" class="primary" id="next">Next person</button><button type="button" class="quiet" id="back">Take the last vote back</button></div>
</section>
<form id="add" class="add">
  <div class="field"><label for="option">Another option</label><input id="option" maxlength="80" autocomplete="off" placeholder="Something else"></div>
  <button class="soft">Add</button>
</form>
<p class="muted small">The votes are kept in this browser.</p>`,
  style,
  script: `const GIVEN = JSON.parse(document.documentElement.dataset.options ?? ${JSON.stringify(JSON.stringify(OPTIONS))});
${script.trim()}`,
  settingsIn,
};

/** A question that the prompt asks, other than "could you …?". */
function questionIn(prompt: string): string | undefined {
  const question =
    /(?:^|[:,;.“"'\n] ?|\b(?:poll|ask|asks|asking|vote|voting|survey) (?:on |about |for )?)((?:what|which|who|when|where|how|should|shall|do|does|is|are|will)\b[^.!?:\n]{2,80}\?)/i.exec(
      prompt,
    )?.[1];
  return question === undefined ? undefined : shortened(question);
}

function whichFor(subject: string): string {
  return shortened(`${subject}: which do you prefer?`);
}

/** "Options: A, B or C", "between A, B and C", or what comes in a row after a question. */
function settingsIn(prompt: string): Setting[] {
  const listed =
    /(?:\b(?:options?|choices?|answers?)(?: are)?:?|\bbetween|\?:?) ((?:[^.?!\n])+)/i.exec(
      prompt,
    )?.[1];
  const options = listed
    ?.split(/,|;|\/|\bor\b|\band\b/i)
    .map((option) => option.trim())
    .filter((option) => option !== "")
    .map(shortened);
  if (options === undefined || options.length < 2 || options.length > MAX_OPTIONS) return [];
  const value = JSON.stringify([...new Set(options)]);
  return [{ name: "options", value, said: `There are **${options.length} options** now.` }];
}
