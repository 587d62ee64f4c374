/** A Markdown text that is being written: which of it can be shown yet, so that nothing is shown as what it is not. */
import remend from "remend";

/** Marks alone, which the rest of the line makes a rule, a heading, an item or a fence of. */
const UNDECIDED_LINE = /^ {0,3}(?:[-*_=#+>~`|:]+|\d{1,9}[.)]?) *$/;
/** Marks that begin or end something, if what follows makes them so. What they end is ended all the same. */
const UNDECIDED_END = /(?<!\\)[*_~`[\]!]{1,3}$/;
const OPENING_FENCE = /^ {0,3}(`{3,}[^`]*|~{3,}.*)$/;
const MAYBE_CLOSING_FENCE = /^ {0,3}(`+|~+) *$/;
const ROW = /^ {0,3}\|/;
const DELIMITERS = /^ {0,3}[|:\- ]*$/;

/**
 * The last block of a growing text, as it can be shown: without a last line that does not say yet what it is, without
 * the head of a table whose second line is not there yet, and with an end for what is begun (`**bold`).
 */
export function showGrowing(block: string): string {
  const lines = block.split("\n");
  if (OPENING_FENCE.test(lines[0] ?? "")) return showCode(lines);
  const shown = withoutTableHead(withoutUndecided(lines)).join("\n");
  return remend(shown.replace(UNDECIDED_END, ""), {
    linkMode: "text-only",
    katex: false,
    htmlTags: false,
    comparisonOperators: false,
    singleTilde: false,
  });
}

/** A fence is shown from its second line on: what follows it on its own line is the language. */
function showCode(lines: readonly string[]): string {
  if (lines.length === 1) return "";
  const isClosing = MAYBE_CLOSING_FENCE.test(lines.at(-1) ?? "");
  return (isClosing ? lines.slice(0, -1) : lines).join("\n");
}

function withoutUndecided(lines: readonly string[]): readonly string[] {
  const last = lines.at(-1) ?? "";
  return UNDECIDED_LINE.test(last) && !ROW.test(lines.at(-2) ?? "") ? lines.slice(0, -1) : lines;
}

function withoutTableHead(lines: readonly string[]): readonly string[] {
  const isRow = (at: number): boolean => ROW.test(lines.at(at) ?? "");
  if (isRow(-1) && !isRow(-2)) return lines.slice(0, -1);
  const isSecond = isRow(-2) && !isRow(-3) && DELIMITERS.test(lines.at(-1) ?? "");
  return isSecond ? lines.slice(0, -2) : lines;
}
