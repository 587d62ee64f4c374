/** What an agent writes is untrusted: whatever it is, what is shown is text, and links that lead out of the app. */
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import MarkdownBlocks from "../src/markdown/MarkdownBlocks";
import { text as appText } from "../src/text";

/** What the app says beside the agent's own text. */
const { code, copyCode, image, taskDone, taskOpen } = appText.markdown;

function html(text: string, isGrowing = false): string {
  return renderToStaticMarkup(createElement(MarkdownBlocks, { text, isGrowing }));
}

/** What a person reads, without the words of buttons. */
function words(text: string, isGrowing = false): string {
  return html(text, isGrowing)
    .replace(/<button.*?<\/button>/gs, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}

describe("a text", () => {
  test("has headings below those of the page, lists, emphasis and tables", () => {
    const shown = html("# Done\n\n- **one**\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |");
    expect(shown).toContain('<h3 class="markdown-h1">Done</h3>');
    expect(shown).toContain("<strong>one</strong>");
    expect(shown).toMatch(/<th>a<\/th>.*<td>2<\/td>/s);
    expect(shown).not.toMatch(/<h[12]/);
  });

  test("has code with its language, a button that copies it, and its own characters", () => {
    const shown = html("```html\n<script>alert(1)</script>\n```");
    expect(shown).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(shown).toContain(`aria-label="${copyCode}"`);
    expect(words("```html\n<b>\n```")).toMatch(/^html/);
  });

  test("keeps what has several blocks together: numbers go on, links find what they refer to", () => {
    expect(html("3. three\n\n4. four")).toContain('<ol start="3">');
    expect(html("See [the page][1].\n\nBye.\n\n[1]: https://a.example/")).toContain(
      'href="https://a.example/"',
    );
    expect(words("```\na\n\nb\n```\nafter")).toBe(`${code} a b after`);
  });

  test("names what is to do and what is done in a list of tasks, without fields", () => {
    const shown = html("- [x] made\n- [ ] tested");
    expect(shown).toMatch(
      new RegExp(`aria-label="${taskDone}".*made.*aria-label="${taskOpen}".*tested`, "s"),
    );
    expect(shown).not.toContain("<input");
  });

  test("is shown as its author meant it: characters by their names, tildes, notes, code", () => {
    expect(words("Ben &amp; Jerry&#39;s &copy; \\*2026\\* \\&amp;")).toBe(
      "Ben &amp; Jerry&#x27;s © *2026* &amp;amp;",
    );
    expect(html("~5 to ~10, ~~not 20~~")).toContain("<p>~5 to ~10, <del>not 20</del></p>");
    expect(words("Done[^1].\n\n[^1]: nearly")).toBe("Done[^1]. [^1]: nearly");
    expect(html("`&amp; **a**`")).toContain("<code>&amp;amp; **a**</code>");
  });
});

describe("a link", () => {
  test("to the web or to mail opens in a new tab, which can't reach this one", () => {
    for (const url of ["https://a.example/b?c=1#d", "http://127.0.0.1:3000/", "mailto:a@b.example"])
      expect(html(`[x](${url})`)).toBe(
        `<div class="markdown"><p><a href="${url}" target="_blank" rel="noopener noreferrer">x</a></p></div>`,
      );
    expect(html("See https://a.example/ now.")).toContain('href="https://a.example/"');
    expect(html("[x](https://a.example/?b=1&amp;c=2)")).toContain(
      '"https://a.example/?b=1&amp;c=2"',
    );
  });

  test.each([
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "javascript&colon;alert(1)",
    "java&#x73;cript:alert(1)",
    "&#1;javascript:alert(1)",
    "java&#9;script:alert(1)",
    "java&#10;script:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "blob:https://a.example/1",
    "//a.example/",
    "/account",
    "#content",
    "projects",
    "convex:anything",
  ])("to %s is words", (url) => {
    for (const text of [`[x](<${url}>)`, `![x](<${url}>)`, `[x][1]\n\n[1]: <${url}>`])
      expect(html(text)).not.toMatch(/href|src=|<img/);
    expect(words(`[the words](<${url}>)`)).toContain("the words");
  });
});

describe("nothing is loaded or run", () => {
  test("images are links", () => {
    const shown = html("![A chart](https://a.example/x.png) ![](https://a.example/y.png)");
    expect(shown).not.toContain("<img");
    expect(shown).toMatch(
      new RegExp(`href="https://a\\.example/x\\.png".*>A chart<.*>${image}<`, "s"),
    );
  });

  test.each([
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    "<style>*{display:none}</style>",
    '<a href="javascript:alert(1)">x</a>',
    "<div><p>a\n\n<b onclick=alert(1)>b</b></div>",
    "<!-- --><base href=//a.example>",
    "<form action=//a.example><input name=a>",
  ])("HTML is shown as text: %s", (text) => {
    const shown = html(`before\n\n${text}\n\ninline ${text} after`);
    const tags = shown.match(/<\w+[^>]*>/g);
    expect(tags?.filter((tag) => tag !== "<p>")).toEqual(['<div class="markdown">']);
    expect(shown).toContain("&lt;");
  });

  test("no element has an id of the text's, so that none is taken for one of the page's", () => {
    const shown = html("# content\n\nA note[^content].\n\n[^content]: <b id=content>root</b>");
    expect(shown).not.toMatch(/<[^>]*\sid=/);
    expect(shown).not.toContain("href");
  });
});

describe("what would keep a parser busy is shown as it is written", () => {
  test.each([
    ["quotes in quotes", `${">".repeat(50_000)} deep`],
    ["lists in lists", `${"- ".repeat(20_000)} deep`],
    ["brackets", `${"[".repeat(50_000)} deep`],
    ["emphasis", `${"*a".repeat(50_000)} deep`],
    ["a table with a thousand columns", `|${"a|".repeat(9000)}\n|${"-|".repeat(9000)}\ndeep`],
  ])("%s", (_, text) => {
    expect(words(text)).toMatch(/deep$/);
    expect(words(`Hello.\n\n${text}`, true)).toMatch(/^Hello\. .*deep$/s);
  });

  test("but a long text of many blocks is read as any other, block by block", () => {
    const shown = html("Hello **you**.\n\n".repeat(300));
    expect(shown.match(/<strong>/g)).toHaveLength(300);
  });
});

describe("a text that grows", () => {
  /** What is shown after each character. */
  function growing(text: string): string[] {
    return Array.from(text, (_, at) => html(text.slice(0, at + 1), true));
  }

  test("shows code as code from its first line on, and never its fences", () => {
    const text = "Look:\n\n```ts\nconst a = 1;\n\nconst b = `x`;\n```\n\nDone.";
    for (const shown of growing(text)) {
      expect(shown).not.toContain("```");
      expect(shown).not.toContain("<code>ts");
      if (shown.includes("const")) expect(shown).toMatch(/<pre.*const/s);
    }
    expect(growing(text).at(-1)).toBe(html(text));
  });

  test("shows a fence that is never closed as code, while it grows and when it has ended", () => {
    expect(words("```js\nlet a", true)).toBe("js let a");
    expect(words("```js\nlet a")).toBe("js let a");
  });

  test("shows a table as a table from its second line on, and never its bars", () => {
    const text = "Two:\n\n| name | size |\n|:-----|-----:|\n| a | 1 |\n| b | 2 |\n\nDone.";
    const all = growing(text);
    for (const shown of all) {
      expect(shown.replace(/<table>.*?<\/table>/gs, "")).not.toMatch(/\||name/);
    }
    const first = all.findIndex((shown) => shown.includes("<table>"));
    for (const shown of all.slice(first)) expect(shown).toContain("<th");
    expect(all.at(-1)).toBe(html(text));
  });

  test("shows no mark of what is begun: emphasis, a link, a heading, a rule", () => {
    const text =
      "Now **bold** and *more* of it, a [link](https://a.example/b) and `code`.\n\n---\n\n## End";
    for (const shown of growing(text)) expect(shown).not.toMatch(/\*|\[|\]\(|`|<h4[^>]*><\/h4>|--/);
    expect(growing(text).at(-1)).toBe(html(text));
  });

  test("never takes the line above a list for a heading", () => {
    for (const shown of growing("What I made:\n- a page\n- a form"))
      expect(shown).not.toMatch(/<h/);
  });

  test("loses no word that it has shown", () => {
    const text =
      "# Plan\n\nFirst a *page*, with:\n\n1. a form\n2. a list\n\n> and a word\n\nThat is all.";
    let before = "";
    for (let at = 1; at <= text.length; at += 1) {
      const shown = words(text.slice(0, at), true);
      expect(shown.startsWith(before), `${before} → ${shown}`).toBe(true);
      before = shown;
    }
  });
});
