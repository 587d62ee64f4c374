/** What holds of every file that the recipes make, whatever the prompts. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { planFor } from "../../src/model/recipes/index.ts";

const APPS = [
  "to-do list",
  "pomodoro timer",
  "poll",
  "choir's concerts",
  "invoice",
  "landing page",
  "sundial",
];

/** A page without the prompts that it keeps as data. */
function shown(html: string): string {
  return html.replace(/<script type="application\/json"[\s\S]*?<\/script>/, "");
}

const page = (...prompts: string[]) => planFor(prompts).files.at(-1)!.content;

test("a prompt is shown as it was typed, and is never markup", () => {
  const html = shown(page("<b>Sundial</b> & more", "<img src=x onerror=alert(2)>"));
  expect(html).toContain("&lt;b&gt;Sundial&lt;/b&gt; &amp; more");
  expect(html).toContain("<li>&lt;img src=x onerror=alert(2)&gt;</li>");
  expect(html).not.toContain("<img");
});

test.each(APPS)("what is typed adds no markup to a %s, and doesn't end its data", (app) => {
  const ends = page(`Make a ${app}`).split("</script>").length;
  const text = fc.oneof(fc.string({ unit: "binary" }), fc.stringMatching(/^[<>"'&a-z /=!-]*$/));
  fc.assert(
    fc.property(text, fc.constantFrom("<", ">", '"', "</script>"), (words, special) => {
      const typed = `zq${special}${words}qz`;
      const html = page(`Make a ${app} called “${typed}”`, typed);
      expect(shown(html)).not.toContain(typed);
      expect(shown(html)).not.toContain(`zq${special}`);
      expect(html.split("</script>").length).toBe(ends);
    }),
    { numRuns: 50 },
  );
});

test.each(APPS)("a %s is three files that belong together, and its script parses", (app) => {
  const { files, answer, reasoning } = planFor([`Make a ${app}`]);
  expect(files.map(({ path }) => path)).toEqual(["style.css", "app.js", "index.html"]);
  const [css, js, html] = files.map(({ content }) => content);
  expect(() => new Function(js!)).not.toThrow();
  expect(html).toContain('<link rel="stylesheet" href="style.css">');
  expect(html).toContain('<script src="app.js" defer></script>');
  expect(css!.split("{")).toHaveLength(css!.split("}").length);
  for (const { content } of files) expect(content).not.toMatch(/undefined|\[object|NaN(?![(])/);
  expect(answer).toContain("is ready");
  expect(reasoning.length).toBeGreaterThan(1);
});

test("the same prompts make the same files", () => {
  const prompts = ["Make a poll", "in orange", "undo that"];
  expect(planFor(prompts)).toEqual(planFor(prompts));
});
