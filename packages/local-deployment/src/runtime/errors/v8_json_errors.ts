/** How much V8 shows on either side of what it does not expect, in characters. */
const CONTEXT = 10;
/** Whole texts of which it says just that they are no JSON. */
const SPECIAL = new Set(["[object Object]", "NaN", "Infinity", "undefined"]);
const WORDS = new Map([
  ["n", "null"],
  ["t", "true"],
  ["f", "false"],
]);

/** Where the text can't be read further, and what is said of it; null: just that it can't. */
class Stop extends Error {
  constructor(
    readonly at: number,
    readonly words: string | null = null,
  ) {
    super();
  }
}

/**
 * What V8 says of a text, or of the text of something else, that `JSON.parse` refuses (src/json/json-parser.cc and message-template.h of V8 14);
 * JavaScriptCore has words of its own.
 */
export function v8JsonError(given: unknown): string {
  const text = String(given);
  try {
    const end = new Reader(text).read();
    return at(text, end, "Unexpected non-whitespace character after JSON");
  } catch (stop) {
    if (!(stop instanceof Stop)) throw stop;
    return describe(text, stop);
  }
}

function describe(text: string, { at: position, words }: Stop): string {
  if (words !== null) return at(text, position, words);
  if (position >= text.length) return "Unexpected end of JSON input";
  const token = text.charAt(position);
  if (token === '"') return at(text, position, "Unexpected string");
  if (/[-0-9]/.test(token)) return at(text, position, "Unexpected number");
  if (SPECIAL.has(text)) return `"${text}" is not valid JSON`;
  return `Unexpected token '${token}', ${around(text, position)} is not valid JSON`;
}

function around(text: string, position: number): string {
  if (text.length < 2 * CONTEXT + 1) return `"${text}"`;
  const [start, end] = [position - CONTEXT, position + CONTEXT];
  if (position < CONTEXT) return `"${text.slice(0, end)}"...`;
  if (position < text.length - CONTEXT) return `..."${text.slice(start, end)}"...`;
  return `..."${text.slice(start)}"`;
}

function at(text: string, position: number, words: string): string {
  const before = text.slice(0, position).split(/\r\n|\n|\r/);
  const column = (before.at(-1)?.length ?? 0) + 1;
  const joined = words.endsWith("JSON") ? words : `${words} in JSON`;
  return `${joined} at position ${position} (line ${before.length} column ${column})`;
}

/** Reads one JSON value, and stops where V8 does. */
class Reader {
  #at = 0;

  constructor(private readonly text: string) {}

  /** @returns where the value and the space behind it end */
  read(): number {
    this.#value();
    this.#space();
    return this.#at;
  }

  #value(): void {
    this.#space();
    const first = this.#peek();
    if (first === "{") this.#object();
    else if (first === "[") this.#array();
    else if (first === '"') this.#string();
    else if (/[-0-9]/.test(first)) this.#number();
    else this.#word(WORDS.get(first));
  }

  #object(): void {
    this.#at++;
    this.#space();
    if (this.#skip("}")) return;
    this.#property("Expected property name or '}'", "Expected ':' after property name");
    while (this.#skip(",")) this.#property("Expected double-quoted property name", null);
    if (!this.#skip("}")) throw new Stop(this.#at, "Expected ',' or '}' after property value");
  }

  /** @param noName what is said when there is no name; and when there is no colon */
  #property(noName: string, noColon: string | null): void {
    this.#space();
    if (this.#peek() !== '"') throw new Stop(this.#at, noName);
    this.#string();
    this.#space();
    if (!this.#skip(":")) throw new Stop(this.#at, noColon);
    this.#value();
    this.#space();
  }

  #array(): void {
    this.#at++;
    this.#space();
    if (this.#skip("]")) return;
    do {
      this.#value();
      this.#space();
    } while (this.#skip(","));
    if (!this.#skip("]")) throw new Stop(this.#at, "Expected ',' or ']' after array element");
  }

  #string(): void {
    this.#at++;
    while (this.#peek() !== '"') {
      const char = this.#peek();
      if (char === "") throw new Stop(this.#at, "Unterminated string");
      if (char < " ") throw new Stop(this.#at, "Bad control character in string literal");
      if (char === "\\") this.#escape();
      this.#at++;
    }
    this.#at++;
  }

  #escape(): void {
    this.#at++;
    const char = this.#peek();
    if (char === "" || char > "\xff") throw new Stop(this.#at);
    if (!'"\\/bfnrtu'.includes(char)) throw new Stop(this.#at, "Bad escaped character");
    if (char !== "u") return;
    for (let digit = 0; digit < 4; digit++) {
      this.#at++;
      if (!/[0-9a-fA-F]/.test(this.#peek())) throw new Stop(this.#at, "Bad Unicode escape");
    }
  }

  #number(): void {
    if (this.#skip("-") && !/[0-9]/.test(this.#peek())) {
      throw new Stop(this.#at, "No number after minus sign");
    }
    if (this.#skip("0")) {
      if (/[0-9]/.test(this.#peek())) throw new Stop(this.#at, "Unexpected number");
    } else this.#digits();
    if (this.#skip(".") && this.#digits() === 0) {
      throw new Stop(this.#at, "Unterminated fractional number");
    }
    if (!/[eE]/.test(this.#peek())) return;
    this.#at++;
    if (/[-+]/.test(this.#peek())) this.#at++;
    if (this.#digits() === 0) throw new Stop(this.#at, "Exponent part is missing a number");
  }

  #digits(): number {
    const start = this.#at;
    while (/[0-9]/.test(this.#peek())) this.#at++;
    return this.#at - start;
  }

  #word(word: string | undefined): void {
    for (const letter of word ?? [""]) {
      if (letter === "" || this.#peek() !== letter) throw new Stop(this.#at);
      this.#at++;
    }
  }

  #space(): void {
    while (/[ \t\n\r]/.test(this.#peek())) this.#at++;
  }

  #peek(): string {
    return this.text.charAt(this.#at);
  }

  #skip(char: string): boolean {
    if (this.#peek() !== char) return false;
    this.#at++;
    return true;
  }
}
