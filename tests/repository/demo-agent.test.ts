/** The demo agent's page, and the line that runs it. */
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { DEMO_AGENT, shellQuoted } from "../../scripts/dev/demo-agent.ts";
import {
  escapeHtml,
  finishedPage,
  hueOf,
  titleOf,
  unfinishedPage,
} from "../../scripts/demo-agent/page.js";

/** How often the characters that markup is made of are in a text. */
function markup(text: string) {
  return ["<", ">", '"', "'"].map((character) => text.split(character).length - 1);
}

test("a prompt is shown as it was typed, and is never markup", () => {
  const page = finishedPage(["<script>alert('1')</script> & more", "<img src=x onerror=alert(2)>"]);
  expect(page).not.toContain("<script>alert");
  expect(page).not.toContain("<img");
  expect(page).toContain("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; more");
  expect(page).toContain("&lt;img src=x onerror=alert(2)&gt;");
});

test("whatever is typed, the page's own markup is all there is", () => {
  const prompt = fc.oneof(fc.string({ unit: "binary" }), fc.stringMatching(/^[<>"'&a-z /=]*$/));
  fc.assert(
    fc.property(prompt, prompt, (first, change) => {
      expect(markup(finishedPage([first, change]))).toEqual(markup(finishedPage(["a", "b"])));
      expect(markup(unfinishedPage([first]))).toEqual(markup(unfinishedPage(["a"])));
    }),
  );
});

test("escaping loses nothing", () => {
  expect(escapeHtml(`<a href="x">&amp;'`)).toBe("&lt;a href=&quot;x&quot;&gt;&amp;amp;&#39;");
});

test.each([
  ["Please make me a sundial. With roman numerals.", "A sundial"],
  ["build   a timer\nthat rings", "A timer"],
  ["I'd like one page about owls", "One page about owls"],
  ["  ", "Something new"],
  ["🦉".repeat(61), `${"🦉".repeat(60)}…`],
])("%j is called %j", (prompt, title) => {
  expect(titleOf(prompt)).toBe(title);
});

test("the colour that was named last counts, however the page began", () => {
  expect(hueOf(["A blue page", "Make it green", "Bigger, please"])).toBe(hueOf(["green"]));
  expect(hueOf(["A page about owls", "Bigger"])).toBe(hueOf(["A page about owls"]));
});

test("a path is one word of the shell's line, whatever is in it", () => {
  const path = `/a folder/it's "$HOME" \`date\`/agent.js`;
  const said = execFileSync("sh", ["-c", `printf '%s|' node ${shellQuoted(path)}`]).toString();
  expect(said).toBe(`node|${path}|`);
  expect(DEMO_AGENT.command).toMatch(/^node '.*\/scripts\/demo-agent\/agent\.js'$/);
});
