/** A project's name, made from its prompt. */

const MAX_WORDS = 5;
const MAX_LENGTH = 48; // characters; less than `MAX_NAME_LENGTH`, so that names fit into a line of the list

/** A beginning that says nothing about the app. */
const LEADING_PHRASE =
  /^(please\s+)?((can|could) you\s+)?(please\s+)?(build|make|create|write|design|give|i want|i need|i'd like)(\s+(me|us))?\s+((an?|the|some)\s+)?/i;

const CLAUSE_END = /[\n.,;:!?()]|\s(?:that|which|where|who)\s/i;
const TRAILING_WORD = /^(an?|the|for|of|to|in|on|with|and|or|my)$/i;

/** A name from a prompt's first words; empty for an empty prompt. */
export function nameFromPrompt(prompt: string): string {
  const text = prompt.trim();
  const [sentence = ""] = text.replace(LEADING_PHRASE, "").split(CLAUSE_END, 1);
  const words = (sentence.trim() || text).split(/\s+/).slice(0, MAX_WORDS);
  while (words.length > 1 && TRAILING_WORD.test(words.at(-1) ?? "")) words.pop();
  const name = shorten(words);
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** As many of the words as fit; the first one is truncated if it is too long. */
function shorten(words: readonly string[]): string {
  const [first = "", ...rest] = words;
  return rest.reduce(
    (name, word) => (name.length + 1 + word.length <= MAX_LENGTH ? `${name} ${word}` : name),
    truncate(first) || "Untitled".slice(0, first.length),
  );
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
