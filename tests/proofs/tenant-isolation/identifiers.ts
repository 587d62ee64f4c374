/** By what a person's things are called: whatever the database stores as a name for something of hers. */
import { randomBytes, randomInt } from "node:crypto";
import { encodeId, tryDecodeId } from "../../../packages/local-deployment/src/values/ids.ts";
import { rowsIn, stringsIn, type Dump } from "./database.ts";

/** Something that names a thing of somebody's. */
export interface Identifier {
  /** What kind of thing, by where it is stored: `app/messages.clientMessageId`. */
  kind: string;
  value: string;
}

/** The fields whose text names something. */
const NAMING = /(^|_)id$|Id$|^key$|[tT]oken$|email_address$|[uU]rl$/;

/** Records of jobs, which name the things of several people in one row. */
const JOBS = /^workpool|\/_scheduled_functions$/;

/** Anything shorter is a word that other rows have too. */
const MIN_LENGTH = 10;

/**
 * Everything that names a thing of one person: found by following the names, from Clerk's id for the person on.
 *
 * @param shared - names that everybody's rows have, such as a price's
 */
export function identifiersOf(dump: Dump, seeds: Identifier[], shared: string[]): Identifier[] {
  const found = new Map(seeds.map((seed) => [seed.value, seed]));
  const rows = rowsIn(dump)
    .filter(({ table }) => !isOfJobs(table))
    .map(({ table, row }) => ({ table, strings: stringsIn(row) }));
  for (let before = 0; before < found.size;) {
    before = found.size;
    for (const { table, strings } of rows) {
      if (!strings.some(({ text }) => found.has(text))) continue;
      for (const { field, text } of strings) {
        const names = NAMING.test(field) && text.length >= MIN_LENGTH && !shared.includes(text);
        if (names && !found.has(text)) found.set(text, { kind: `${table}.${field}`, value: text });
      }
    }
  }
  return [...found.values()];
}

/** Whether a table holds what is to be done, rather than what somebody has. */
export function isOfJobs(table: string): boolean {
  return JOBS.test(table);
}

/** A name of the same make that names nothing: another document's id, other digits and letters. */
export function neverExisted(value: string): string {
  const decoded = tryDecodeId(value);
  if (decoded) return encodeId(decoded.tableNumber, randomBytes(16));
  // What is before the last underscore says what it is: `sub_…`.
  const start = value.lastIndexOf("_") + 1;
  return value.slice(0, start) + value.slice(start).replaceAll(/[0-9a-z]/gi, another);
}

const ALPHANUMERIC = Array.from("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

function another(character: string): string {
  const alphabet = [/[0-9]/, /[a-f]/, /[g-z]/, /[A-F]/, /[G-Z]/].find((set) => set.test(character));
  const others = ALPHANUMERIC.filter((other) => alphabet?.test(other));
  return others[randomInt(others.length)] ?? character;
}
