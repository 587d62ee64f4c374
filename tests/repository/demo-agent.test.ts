/** The demo agent's page, and the command that runs it. */
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { DEMO_AGENT, shellQuoted } from "../../scripts/dev/example/demo-agent.ts";
import {
  escapeHtml,
  finishedPage,
  hueOf,
  titleOf,
  unfinishedPage,
} from "../../scripts/demo-agent/page.js";

/** How many characters of markup a text has. */
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

test("no prompt adds markup to the page", () => {
  const prompt = fc.oneof(fc.string({ unit: "binary" }), fc.stringMatching(/^[<>"'&a-z /=]*$/));
  fc.assert(
    fc.property(prompt, prompt, (first, change) => {
      expect(markup(finishedPage([first, change]))).toEqual(markup(finishedPage(["a", "b"])));
      expect(markup(unfinishedPage([first]))).toEqual(markup(unfinishedPage(["a"])));
    }),
  );
});

test("escaping changes no visible character", () => {
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

test("the last colour that was named wins", () => {
  expect(hueOf(["A blue page", "Make it green", "Bigger, please"])).toBe(hueOf(["green"]));
  expect(hueOf(["A page about owls", "Bigger"])).toBe(hueOf(["A page about owls"]));
});

test("a path is quoted for the shell, whatever it contains", () => {
  const path = `/a folder/it's "$HOME" \`date\`/agent.js`;
  const said = execFileSync("sh", ["-c", `printf '%s|' node ${shellQuoted(path)}`]).toString();
  expect(said).toBe(`node|${path}|`);
  expect(DEMO_AGENT.command).toMatch(/^node '.*\/scripts\/demo-agent\/agent\.js'$/);
});
