/** Folding long texts: which lines of one are shown at first. */

const MAX_LINES = 40;
const MAX_CHARACTERS = 6000; // of a text with few line breaks: about as high as that many lines

/** The part of a long text that is shown at first, and how many lines of it are not; null for a text that is shown whole. */
export function fold(
  text: string,
  keep: "start" | "end",
): { shown: string; hidden: number } | null {
  const lines = text.split("\n");
  const most = Math.floor(MAX_LINES * 0.75); // so that what is folded is worth a click
  if (lines.length > MAX_LINES) {
    const shown = keep === "start" ? lines.slice(0, most) : lines.slice(-most);
    return { shown: cut(shown.join("\n"), keep), hidden: lines.length - most };
  }
  if (text.length <= MAX_CHARACTERS) return null;
  return { shown: cut(text, keep), hidden: 0 };
}

/** Not in the middle of a character. */
function cut(text: string, keep: "start" | "end"): string {
  if (text.length <= MAX_CHARACTERS) return text;
  return keep === "start"
    ? text.slice(0, MAX_CHARACTERS).replace(/[\ud800-\udbff]$/, "")
    : text.slice(-MAX_CHARACTERS).replace(/^[\udc00-\udfff]/, "");
}
