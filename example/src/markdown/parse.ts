/** Markdown as CommonMark and GitHub have it, in tokens: nothing of a text becomes HTML on its way to the page. */
import { Marked, type MarkedToken, type Token } from "marked";

/** Each of these returns `undefined` for "this is none", and `false` for "as usual". */
const marked = new Marked({
  gfm: true,
  tokenizer: {
    // A single tilde means "about" more often than it strikes something through.
    del: (source) => (source.startsWith("~~") ? false : undefined),
    // A footnote isn't known, and would be taken for the address of a link and not be shown.
    def: (source) => (/^ {0,3}\[\^/.test(source) ? undefined : false),
  },
});

/** What a text consists of, from outside in. */
export function parseMarkdown(text: string): MarkedToken[] {
  return known(marked.lexer(text));
}

/** The tokens within a token, by their types. */
export function known(tokens: readonly Token[]): MarkedToken[] {
  // The parser has no extensions, so that there are none but its own.
  return tokens as MarkedToken[];
}
