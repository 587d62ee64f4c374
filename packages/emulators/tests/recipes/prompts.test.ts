/** What a prompt's words come to: which app, what it is called, and what changes. */
import { describe, expect, test } from "vitest";
import { planFor, promptsIn, titleOf } from "../../src/model/recipes/index.ts";

function fileOf(prompts: string[], path: string): string {
  return planFor(prompts).files.find((file) => file.path === path)!.content;
}

const page = (...prompts: string[]) => fileOf(prompts, "index.html");
const style = (...prompts: string[]) => fileOf(prompts, "style.css");

/** The app of a page, by the class of its body. */
function appOf(...prompts: string[]): string | undefined {
  return /<body class="(.+?)">/.exec(page(...prompts))?.[1];
}

describe("a first prompt chooses the app:", () => {
  test.each([
    ["Make a to-do list for Ada's bakery", "todo"],
    ["a todo app", "todo"],
    ["I need a checklist for packing", "todo"],
    ["Something for my groceries", "todo"],
    ["Build me a pomodoro timer", "pomodoro"],
    ["a countdown for my eggs", "pomodoro"],
    ["Make a poll: pizza or pasta?", "poll"],
    ["Let people vote on the next book", "poll"],
    ["A page for my choir, with the dates of our concerts and a way to sign up", "concerts"],
    ["Make a page for my choir, in green.", "concerts"],
    ["An invoice for my photography studio", "invoice"],
    ["something to write bills with", "invoice"],
    ["A landing page for my choir", "landing"],
    ["a website of a café", "landing"],
    ["Make a shop for secondhand metronomes", "landing"],
    ["A timer for my to-do list", "pomodoro"],
    ["Draw a sundial.", "board"],
    ["", "board"],
    ["Hallo, ich hätte gern etwas Schönes", "board"],
  ])("%j", (prompt, app) => {
    expect(appOf(prompt)).toBe(app);
  });
});

describe("the title comes from the prompt:", () => {
  test.each([
    ["Make a to-do list for Ada's bakery, in green.", "Ada's bakery"],
    ["A to-do list for St. Mary's choir", "St. Mary's choir"],
    ['A to-do list called "Spring cleaning"', "Spring cleaning"],
    ["a to-do list", "To-do list"],
    ["Please make me a sundial. With roman numerals.", "Sundial"],
    ["Poll: which day suits you? Monday, Tuesday or Friday", "Which day suits you?"],
    ["A landing page for my café in Leipzig", "Café"],
    ["A page for my choir, with our concerts", "Our concerts"],
    [`Draw ${"🦉".repeat(61)}`, `${"🦉".repeat(60)}…`],
    ["  ", "Something new"],
  ])("%j is %j", (prompt, title) => {
    expect(planFor([prompt]).title).toBe(title);
  });

  test("of a conversation, too", () => {
    expect(titleOf("build   a timer\nthat rings")).toBe("Timer");
  });
});

describe("a further prompt", () => {
  const LIST = "Make a to-do list";

  test.each([
    ["In orange, please", 'data-colour="orange"'],
    ["make it purple", 'data-colour="violet"'],
    ["a dark blue one", 'data-colour="navy"'],
    ["add a reset button", 'id="reset"'],
    ["call it Monday's list", "<h1>Monday&#39;s list</h1>"],
    ["rename it to “Ada & Co.”", "<h1>Ada &amp; Co.</h1>"],
    ["change the title to Errands and make it red", 'data-colour="red"'],
    ["change the title to Errands and make it red", "<h1>Errands</h1>"],
    ["call it Blue Note", 'data-colour="indigo"'],
    ["add fireworks", "<li>add fireworks</li>"],
    ["make a poll instead", '<body class="poll">'],
  ])("%j changes the page", (prompt, expected) => {
    expect(page(LIST, prompt)).toContain(expected);
  });

  test.each([
    ["dark", "color-scheme: dark;"],
    ["light mode please", "color-scheme: light;"],
    ["make the title bigger", "--title-scale: 1.2;"],
    ["Make everything larger.", "font: 112.5%"],
    ["smaller", "font: 87.5%"],
    ["rounder corners", "--radius: 22px;"],
    ["less round", "--radius: 6px;"],
    ["use a serif font", "Palatino"],
  ])("%j changes the style", (prompt, expected) => {
    expect(style(LIST, prompt)).toContain(expected);
  });

  test("may ask for several things, and what was asked before stays", () => {
    expect(style(LIST, "dark, in teal and bigger", "rounder")).toMatch(
      /color-scheme: dark;[\s\S]*--radius: 22px;[\s\S]*font: 112\.5%/,
    );
  });

  test.each([
    [
      "a pomodoro timer",
      "make it 50 minutes with 10 minute breaks",
      'data-focus="50" data-break="10"',
    ],
    [
      "a poll",
      "options: tea, coffee or water",
      'data-options="[&quot;Tea&quot;,&quot;Coffee&quot;,&quot;Water&quot;]"',
    ],
    ["an invoice", "in pounds, with 20 % VAT", 'data-currency="GBP" data-tax="20"'],
  ])("of %s sets what it has: %j", (first, prompt, expected) => {
    expect(page(first, prompt)).toContain(expected);
  });

  test("that isn't understood is noted, and the answer says why", () => {
    const { answer } = planFor([LIST, "add fireworks"]);
    expect(answer).toContain("a script without a model");
    expect(page(LIST, "add fireworks", "remove the notes")).not.toContain("fireworks</li>");
  });

  test("that says thank you changes nothing that one sees", () => {
    expect(planFor([LIST, "Thank you!"]).answer).toContain("You're welcome");
    expect(style(LIST, "Thank you!")).toBe(style(LIST));
  });
});

describe("undo", () => {
  const LIST = "Make a to-do list";

  test.each(["undo that", "No, go back", "please revert it", "Take that back!", "Undo"])(
    "is understood as %j",
    (prompt) => {
      expect(style(LIST, "in orange", prompt)).toBe(style(LIST));
      expect(planFor([LIST, "in orange", prompt]).answer).toContain("undone");
    },
  );

  test("goes back one change at a time, as far as the first version", () => {
    expect(style(LIST, "orange", "dark", "undo", "undo")).toBe(style(LIST));
    expect(style(LIST, "orange", "undo", "dark")).toBe(style(LIST, "dark"));
    expect(planFor([LIST, "undo"]).answer).toContain("nothing to undo");
    expect(appOf(LIST, "make a poll instead", "undo")).toBe("todo");
  });
});

describe("a page keeps its prompts", () => {
  test("so that the next one can start from it", () => {
    const prompts = ["Make a poll", 'with </script> and "quotes"', "zwei\nZeilen"];
    expect(promptsIn(page(...prompts))).toEqual(prompts);
    expect(promptsIn("<h1>Somebody else's</h1>")).toBeUndefined();
    expect(promptsIn(page("Make a poll").replace("Make a poll", '"'))).toBeUndefined();
  });

  test("cut, where they are long or many", () => {
    const prompts = promptsIn(
      page("x".repeat(20_000), ...Array.from({ length: 300 }, (_, n) => `${n}`)),
    )!;
    expect(prompts[0]).toHaveLength(600);
    expect(prompts).toHaveLength(100);
    expect(prompts.at(-1)).toBe("299");
    expect(
      Math.max(
        ...page("<".repeat(20_000))
          .split("\n")
          .map((line) => line.length),
      ),
    ).toBeLessThan(8_000);
  });
});
