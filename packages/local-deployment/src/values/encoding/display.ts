import { Base64, CommitTsPlaceholder, type Value } from "convex/values";
import { fieldNames, MAX_INT64 } from "../kinds.ts";

/**
 * Writes a value the way production's messages do: `{a: 1.0, b: "x"}`.
 *
 * @param value - A value, or `undefined` for an absent field.
 * @returns The text. An unresolved commit timestamp reads as the largest int64, as it does there.
 */
export function displayValue(value: Value | undefined): string {
  if (value === undefined || value === null) return String(value);
  if (typeof value === "string") return displayString(value);
  if (typeof value === "number") return displayFloat(value);
  if (typeof value === "boolean" || typeof value === "bigint") return String(value);
  if (value instanceof ArrayBuffer) return `b"${Base64.fromByteArray(new Uint8Array(value))}"`;
  if (value instanceof CommitTsPlaceholder) return String(MAX_INT64);
  if (Array.isArray(value)) return `[${value.map(displayValue).join(", ")}]`;
  const fields = fieldNames(value).map((field) => `${field}: ${displayValue(value[field])}`);
  return `{${fields.join(", ")}}`;
}

/** Below this, Rust prints a float with an exponent. */
const SMALLEST_DECIMAL = 1e-4;

/** From this on, Rust and serde print a float with an exponent. */
const SMALLEST_EXPONENTIAL = 1e16;

function displayFloat(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return displayFinite(value, SMALLEST_DECIMAL);
}

/**
 * Writes a finite float with a decimal point or an exponent, as Rust does.
 *
 * @param value - The float.
 * @param smallestDecimal - The smallest magnitude written without an exponent.
 */
export function displayFinite(value: number, smallestDecimal: number): string {
  const magnitude = Math.abs(value);
  if (magnitude >= SMALLEST_EXPONENTIAL || (magnitude > 0 && magnitude < smallestDecimal)) {
    return value.toExponential().replace("e+", "e");
  }
  const text = Object.is(value, -0) ? "-0" : String(value);
  return Number.isInteger(value) ? `${text}.0` : text;
}

/** Characters that Rust's debug format of a string leaves as they are. */
const PLAIN = /^[ !#-[\]-~]*$/;
const UNPRINTABLE = /^(?! )[\p{C}\p{Z}\p{Grapheme_Extend}]$/u;
const ESCAPES: Readonly<Partial<Record<string, string>>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\0": "\\0",
};

/** A character as Rust's debug format writes it, which quotes it with `'`. */
export function displayCharacter(character: string): string {
  if (character === '"') return `'"'`;
  if (character === "'") return `'\\''`;
  return `'${ESCAPES[character] ?? escapeUnprintable(character)}'`;
}

function displayString(value: string): string {
  if (PLAIN.test(value)) return `"${value}"`;
  let text = "";
  for (const character of value) text += ESCAPES[character] ?? escapeUnprintable(character);
  return `"${text}"`;
}

function escapeUnprintable(character: string): string {
  if (!UNPRINTABLE.test(character)) return character;
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
