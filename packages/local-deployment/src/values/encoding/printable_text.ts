/**
 * What a terminal acts on instead of showing it: control characters (C0, DEL and C1, where escape codes
 * begin), line and paragraph separators, and the marks that turn the direction of text.
 */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/**
 * Text as it may be printed, whatever its source: what would act on a terminal is written as an escape.
 *
 * @param text - Any text.
 * @param keep - Characters that stay as they are, such as `"\n"` in a stack trace.
 */
export function printableText(text: string, keep = ""): string {
  return text.replaceAll(UNSEEN, (character) => {
    if (keep.includes(character)) return character;
    const code = character.charCodeAt(0).toString(16);
    return code.length <= 2 ? `\\x${code.padStart(2, "0")}` : `\\u${code.padStart(4, "0")}`;
  });
}
