import type { App } from "../../app.ts";
import type { Design } from "../../design.ts";
import { escapeHtml } from "../../page.ts";
import { shortened, titleOf } from "../../words.ts";
import { script } from "./script.ts";
import { style } from "./style.ts";

/** A landing page: what it is, why, questions, and a form. */
export const landing: App = {
  id: "landing",
  label: "Landing page",
  what: "a landing page",
  words:
    /\blanding[ -]?pages?\b|\bhome ?pages?\b|\bweb ?sites?\b|\bwait(ing)? ?lists?\b|\bcoming soon\b/i,
  hints:
    /\b(pages?|sites?|shops?|stores?|portfolios?|brands?|launch|compan(y|ies)|startups?|caf[eé]s?|restaurants?|baker(y|ies))\b/i,
  colour: "orange",
  nameFor: (subject, prompt) => (subject === undefined ? nameIn(prompt) : shortened(subject)),
  features: [
    "A **headline**, what it offers, how it works, and **questions** that open",
    "A **form** that checks what is entered, keeps it in the browser, and says thank you",
    "A menu that leads to each part, on a phone as on a desk",
  ],
  markup,
  style,
  script,
};

/** "Shop", of "a website of a shop"; the kind of page itself is no name. */
function nameIn(prompt: string): string {
  const title = titleOf(prompt).replace(
    /^(landing[ -]?page|home ?page|web ?site|page|site)\b\W*/i,
    "",
  );
  return title === "" || title === "Something new" ? "Something good" : shortened(title);
}

const OFFERS = [
  [
    "Made with care",
    "Every detail has been thought about, and then left out where it wasn't needed.",
    "M12 21s-7-4.4-9-9.2C1.6 8 4 4.8 7.2 4.8c2 0 3.6 1 4.8 2.9 1.2-1.9 2.8-2.9 4.8-2.9C20 4.8 22.4 8 21 11.8 19 16.6 12 21 12 21z",
  ],
  [
    "Close to you",
    "Real people who answer, in words that are plain. Mostly on the same day.",
    "M12 21c4-4.6 7-8 7-11.5A7 7 0 0 0 5 9.5c0 3.5 3 6.9 7 11.5zM12 12a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  ],
  [
    "Ready when you are",
    "Begin today, stop whenever you like. No small print, no surprises.",
    "M13 2 4 14h7l-1 8 9-12h-7z",
  ],
] as const;

const STEPS = [
  ["Say hello", "Leave your address below. It takes half a minute."],
  ["Hear from us", "We write to you personally, with everything you need to know."],
  ["Enjoy it", "Lean back. From here on, it is our turn."],
] as const;

const QUESTIONS = [
  [
    "What does it cost?",
    "Saying hello costs nothing. Whatever comes after that, you know the price before you decide.",
  ],
  ["When does it start?", "Soon. Whoever is on the list hears of it first."],
  [
    "What happens with my address?",
    "It stays in this browser: this page has no server behind it yet.",
  ],
] as const;

function markup({ name }: Design): string {
  const title = escapeHtml(name);
  const offers = OFFERS.map(
    ([head, text, path]) =>
      `    <li class="card"><svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.7" stroke-linejoin="round" aria-hidden="true"><path d="${path}"/></svg><h3>${head}</h3><p class="muted">${text}</p></li>`,
  );
  const steps = STEPS.map(
    ([head, text]) => `    <li><h3>${head}</h3><p class="muted">${text}</p></li>`,
  );
  const questions = QUESTIONS.map(
    ([question, answer]) =>
      `  <details><summary>${question}</summary><p class="muted">${answer}</p></details>`,
  );
  return `
<nav aria-label="Parts of this page">
  <a class="brand" href="#top">${title}</a>
  <a href="#offers">Why</a>
  <a href="#steps">How</a>
  <a href="#questions">Questions</a>
</nav>
<section class="hero" id="top">
  <div>
    <h1>${title}</h1>
    <p class="lead">Good things are simple. This one is nearly here, and you can be among the first to know.</p>
    <div class="row"><a class="button primary" href="#hello">Say hello</a><a class="button quiet" href="#offers">See why</a></div>
  </div>
  <div class="art" aria-hidden="true"><i></i><i></i><i></i></div>
</section>
<section id="offers" aria-labelledby="offers-title">
  <h2 id="offers-title">Why people like it</h2>
  <ul class="offers">
${offers.join("\n")}
  </ul>
</section>
<section id="steps" aria-labelledby="steps-title">
  <h2 id="steps-title">How it works</h2>
  <ol class="steps">
${steps.join("\n")}
  </ol>
</section>
<section id="questions" aria-labelledby="questions-title">
  <h2 id="questions-title">Questions</h2>
${questions.join("\n")}
</section>
<section id="hello" class="hello" aria-labelledby="hello-title">
  <h2 id="hello-title">Be the first to know</h2>
  <p id="count"></p>
  <form id="join" novalidate>
    <div class="field"><label for="name">Name</label><input id="name" name="name" autocomplete="name" maxlength="80"></div>
    <div class="field"><label for="email">E-mail</label><input id="email" name="email" type="email" autocomplete="email" maxlength="254" required aria-describedby="wrong"></div>
    <button class="primary">Keep me posted</button>
    <p id="wrong" class="wrong" role="alert"></p>
  </form>
  <div id="thanks" hidden tabindex="-1"><p class="big">Thank you<span id="who"></span>!</p><p>You hear from us first.</p><button type="button" class="primary" id="another">Add someone else</button></div>
</section>`;
}
