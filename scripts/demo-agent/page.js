/** The page that the demo agent makes of what it was asked for. Pure: text in, HTML out. */

/** Words that a person may use for a colour, and its hue in degrees. */
const HUES = {
  red: 8,
  orange: 28,
  yellow: 48,
  green: 145,
  teal: 175,
  blue: 215,
  purple: 270,
  violet: 270,
  pink: 330,
};

const MAX_TITLE_LENGTH = 60; // characters

/** Text, as it can stand anywhere in HTML without being taken for any. */
export function escapeHtml(text) {
  const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replace(/[&<>"']/g, (character) => entities[character]);
}

/** What the page is called: the first sentence of a prompt, without "please make me". */
export function titleOf(prompt) {
  const line = prompt.trim().split(/[\n.!?]/)[0] ?? "";
  const asked =
    /^(please )?((can|could) you )?((make|build|create|draw|write|design|show)( me)? |i('d| would)? (want|like) )?/i;
  const words = line.replace(/\s+/g, " ").replace(asked, "").trim();
  const characters = Array.from(words === "" ? "Something new" : words);
  const [first = "", ...rest] = characters.slice(0, MAX_TITLE_LENGTH);
  return first.toUpperCase() + rest.join("") + (characters.length > MAX_TITLE_LENGTH ? "…" : "");
}

/** The last colour that any of the prompts names; otherwise one that is the first prompt's own. */
export function hueOf(prompts) {
  const named = prompts
    .flatMap((prompt) => prompt.toLowerCase().match(/[a-z]+/g) ?? [])
    .filter((word) => Object.hasOwn(HUES, word));
  return HUES[named.at(-1)] ?? hash(prompts[0] ?? "") % 360;
}

function hash(text) {
  let value = 7;
  for (const character of text) value = (value * 31 + character.codePointAt(0)) % 1_000_003;
  return value;
}

/** The page once everything in `prompts` is built; at least one, the first first. */
export function finishedPage(prompts) {
  const [first = "", ...changes] = prompts;
  const title = escapeHtml(titleOf(first));
  const items = changes.map((change) => `<li>${escapeHtml(change)}</li>`).join("\n");
  return layout(
    prompts,
    title,
    `<h1>${title}</h1>
    <blockquote>${escapeHtml(first)}</blockquote>
    ${items === "" ? "" : `<h2>And since then</h2>\n<ol>\n${items}\n</ol>`}
    <button type="button" onclick="this.textContent = 'It works: ' + ++clicks">Try it</button>
    <footer>Made by the demo agent, a script without a model. <code>AGENT_COMMAND</code> runs yours.</footer>
    <script>let clicks = 0;</script>`,
  );
}

/** What there is to see until then. It looks again by itself. */
export function unfinishedPage(prompts) {
  const title = escapeHtml(titleOf(prompts[0] ?? ""));
  const head = '<meta http-equiv="refresh" content="2">';
  return layout(prompts, title, `<h1>${title}</h1>\n<p>The paint is still wet …</p>`, head);
}

function layout(prompts, title, body, head = "") {
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${title}</title>
  ${head}
  <style>
    :root { color-scheme: light dark; --hue: ${String(hueOf(prompts))}; }
    * { box-sizing: border-box; }
    body {
      margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 2rem;
      font: 1.1rem/1.6 system-ui, sans-serif; overflow-wrap: anywhere;
      color: light-dark(hsl(var(--hue) 40% 12%), hsl(var(--hue) 30% 94%));
      background: linear-gradient(160deg,
        light-dark(hsl(var(--hue) 80% 95%), hsl(var(--hue) 40% 10%)),
        light-dark(hsl(calc(var(--hue) + 50) 80% 86%), hsl(calc(var(--hue) + 50) 45% 20%)));
    }
    main { max-width: 40rem; }
    main::before {
      content: ""; display: block; width: 4rem; aspect-ratio: 1; border-radius: 50%; margin-bottom: 2rem;
      background: conic-gradient(from 40deg, hsl(var(--hue) 80% 60%), hsl(calc(var(--hue) + 90) 80% 65%), hsl(var(--hue) 80% 60%));
    }
    h1 { font-size: clamp(2rem, 7vw, 3.75rem); line-height: 1.1; margin: 0 0 1.5rem; letter-spacing: -0.02em; }
    h2 { font-size: 1rem; margin: 2rem 0 0.5rem; }
    blockquote { margin: 0; padding-left: 1rem; border-left: 3px solid hsl(var(--hue) 70% 55%); white-space: pre-wrap; }
    ol { padding-left: 1.25rem; }
    button {
      margin-top: 2rem; padding: 0.7rem 1.4rem; font: inherit; border: 0; border-radius: 99px; cursor: pointer;
      color: white; background: hsl(var(--hue) 70% 24%);
    }
    footer { margin-top: 3rem; font-size: 0.85rem; }
  </style>
</head>
<body>
  <main>
    ${body}
  </main>
</body>
</html>
`;
}
