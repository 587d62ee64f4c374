/** Text, as it can stand anywhere in HTML without being taken for any. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** The prompts that a page was made from, which it keeps as data; undefined for a page that no recipe made. */
export function promptsIn(html: string): string[] | undefined {
  const json = /<script type="application\/json" id="prompts">([\s\S]*?)<\/script>/.exec(html)?.[1];
  if (json === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(json);
    const isList = Array.isArray(value) && value.every((each) => typeof each === "string");
    return isList ? value : undefined;
  } catch {
    return undefined; // somebody has changed it
  }
}

/** The prompts as a page keeps them: one a line, and none of them can end the element. */
export function promptsElement(prompts: string[]): string {
  const lines = prompts.map((prompt) => JSON.stringify(prompt).replaceAll("<", "\\u003c"));
  return `<script type="application/json" id="prompts">[\n${lines.join(",\n")}\n]</script>`;
}
