/** What a prompt's words name. */

const MAX_TITLE_LENGTH = 60; // characters

/** "Please make me", and the like, with the article after it. */
const ASKED =
  /^(hi,? |hello,? )?(please )?((can|could) you )?((i('d| would)? (want|like|need)( to have)? )|((make|build|create|draw|write|design|show|give|set up|code|develop)( me| us)? ))?((a|an|one|the|some) )?(simple |small |little |nice |new )?/i;

/** What is asked for in a few words: the first sentence of a prompt, without "please make me a". */
export function titleOf(prompt: string): string {
  const words = firstSentence(prompt).replace(ASKED, "").trim();
  return shortened(words === "" ? "Something new" : words);
}

/** Whom or what an app is for: "Ada's bakery" of "for Ada's bakery, in green"; without "my" and "the". */
export function subjectOf(prompt: string): string | undefined {
  const words = /\b(?:for|about|of) (.+)$/i.exec(firstSentence(prompt))?.[1];
  const subject = words
    ?.split(
      /,|;|:| (?:with|where|which|that|who|so|and|in|on|using|called|named|entitled|from|between)\b/i,
    )[0]
    ?.replace(/^(my|our|the|a|an|your|their|his|her) /i, "")
    .trim();
  if (subject === undefined || subject === "" || /^(me|us|you|it|them)$/i.test(subject)) {
    return undefined;
  }
  return shortened(subject);
}

/** A text with its first letter as a capital, and cut where it is too long for a title. */
export function shortened(text: string): string {
  const characters = Array.from(text.replaceAll(/\s+/g, " ").trim());
  const [first = "", ...rest] = characters.slice(0, MAX_TITLE_LENGTH);
  return first.toUpperCase() + rest.join("") + (characters.length > MAX_TITLE_LENGTH ? "…" : "");
}

/** A dot within a word, or after an abbreviation of two letters, ends no sentence. */
function firstSentence(prompt: string): string {
  const line = prompt.trim().split("\n")[0] ?? "";
  return (line.split(/(?<!\b[A-Z][a-z]?)[.!?](?=\s|$)/)[0] ?? "").replaceAll(/\s+/g, " ").trim();
}
