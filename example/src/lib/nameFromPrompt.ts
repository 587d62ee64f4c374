/** A project's name, made from its prompt. */
import { text } from "../text";

const MAX_LENGTH = 48; // characters; less than `MAX_NAME_LENGTH`, so that names fit into a line of the list

/** A beginning that says nothing about the app. */
const LEADING_PHRASE =
  /^(please\s+)?((can|could) you\s+)?(please\s+)?((build|make|create|write|design|give|i want|i need|i'd like)(\s+(me|us))?\s+)?((an?|the|some)[ \t]+)?/i;

/** "A poll about where we eat" is a poll. */
const CLAUSE_END =
  /[\n.,;:!?()]|\s(?:(?:about|at|by|for|from|in|on|to|with)\s)?(?:that|which|where|who|how|what)\s/i;

/** Words before which a long phrase can end and still be whole. */
const PHRASE_START = /^(for|with|and|or|from|by|at|about|using|in|on|plus|but|so)$/i;
const TRAILING_WORD = /^(an?|the|my|our|your|of|to|for|with|and|or)$/i;

/** A name from a prompt's first phrase; empty for an empty prompt. */
export function nameFromPrompt(prompt: string): string {
  const given = prompt.trim();
  const [clause = ""] = given.replace(LEADING_PHRASE, "").split(CLAUSE_END, 1);
  const name = shorten((clause.trim() || given).split(/\s+/));
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** As many whole phrases of the words as fit, else as many words; the first is cut if it is too long by itself. */
function shorten(words: readonly string[]): string {
  const lengthOf = (count: number): number => words.slice(0, count).join(" ").length;
  const counts = words
    .map((_, index) => index + 1)
    .filter((count) => lengthOf(count) <= MAX_LENGTH);
  const most = counts.length;
  if (most === 0) return truncate(words[0] ?? "") || text.projects.untitled;
  const whole = counts.findLast(
    (count) => count === words.length || PHRASE_START.test(words[count] ?? ""),
  );
  const name = words.slice(0, whole ?? most);
  while (name.length > 1 && TRAILING_WORD.test(name.at(-1) ?? "")) name.pop();
  return name.join(" ");
}

/** As many whole grapheme clusters as fit: an emoji of several code points is one. */
function truncate(word: string): string {
  let end = 0;
  for (const { index, segment } of new Intl.Segmenter().segment(word)) {
    if (index + segment.length > MAX_LENGTH) break;
    end = index + segment.length;
  }
  return word.slice(0, end);
}
