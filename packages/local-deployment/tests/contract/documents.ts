import { failure, fieldsOf, saying, type Case } from "./case.ts";
import { api } from "../wire/support/api.ts";

const { reading, things, ticks } = api;
const MIB = 1024 * 1024;
const deep = (levels: number): unknown => (levels === 0 ? 1 : { a: deep(levels - 1) });
const wide = (fields: number) =>
  Object.fromEntries(Array.from({ length: fields }, (_, i) => [`f${i}`, i]));
const notInSchema = saying("does not match the schema");

/** What convex-test does instead. */
const OWN_WORDS = "it has its own message";
const NO_LIMITS = "it has no limits on documents";
const NO_SYSTEM_FIELDS = "it leaves the system's fields to the caller";

/** A document that must not be stored, production's message, and how convex-test differs. */
const refused = (
  name: string,
  table: string,
  value: unknown,
  expected: unknown,
  convexTest?: string,
): Case => ({
  name: `a document ${name} is refused`,
  act: ({ mutation }) => failure(mutation(reading.write, { table, value })),
  expected,
  ...(convexTest === undefined ? {} : { differs: { "convex-test": convexTest } }),
});

/** Validation, storing and removal of documents. */
export const documentCases: readonly Case[] = [
  refused("of another type", "ticks", { by: 5 }, saying('in table "ticks"'), OWN_WORDS),
  refused("with a field too many", "ticks", { by: "a", more: 1 }, notInSchema, OWN_WORDS),
  refused("with its own `_id`", "anything", { _id: "x" }, saying("_id"), NO_SYSTEM_FIELDS),
  refused(
    "with a field of the system's",
    "anything",
    { _own: 1 },
    saying("_own"),
    NO_SYSTEM_FIELDS,
  ),
  refused("with a field that begins with $", "anything", { $a: 1 }, saying("$a")),
  refused("over 1 MiB", "anything", { a: "x".repeat(MIB) }, saying("too large"), NO_LIMITS),
  refused("nested over 16 deep", "anything", deep(17), saying("too nested"), NO_LIMITS),
  refused("of over 1,024 fields", "anything", wide(1025), saying("too many fields"), NO_LIMITS),
  refused(
    "with an array over 8,192",
    "anything",
    { a: Array(8193).fill(0) },
    saying("too long"),
    NO_LIMITS,
  ),
  {
    name: "every kind of value is read as it was stored",
    act: async ({ query, mutation }) => {
      const value = {
        big: -(2n ** 63n),
        bytes: new Uint8Array([0, 255]).buffer,
        floats: [NaN, Infinity, -0, 5e-324],
        text: "\u0000\ud83d\ude00",
        nothing: null,
        nested: [[{ a: [true] }]],
      };
      const id = String(await mutation(reading.write, { table: "anything", value }));
      const { _id, _creationTime, ...stored } = fieldsOf(await query(reading.get, { id }));
      return [_id === id, typeof _creationTime, stored];
    },
    expected: [
      true,
      "number",
      {
        big: -(2n ** 63n),
        bytes: new Uint8Array([0, 255]).buffer,
        floats: [NaN, Infinity, -0, 5e-324],
        text: "\u0000\ud83d\ude00",
        nothing: null,
        nested: [[{ a: [true] }]],
      },
    ],
  },
  {
    name: "a patch changes its own fields, and a replacement all but the system fields",
    act: async ({ query, mutation }) => {
      const value = { a: 1, b: 2 };
      const id = String(await mutation(reading.write, { table: "anything", value }));
      const before = fieldsOf(await query(reading.get, { id }));
      const patched = fieldsOf(await mutation(reading.patch, { id, value: { b: 3, c: 4 } }));
      const replaced = fieldsOf(await mutation(reading.replace, { id, value: { d: 5 } }));
      const kept = [patched, replaced].map(
        ({ _id, _creationTime }) => _id === id && _creationTime === before._creationTime,
      );
      return [
        { ...patched, _id: 0, _creationTime: 0 },
        { ...replaced, _id: 0, _creationTime: 0 },
        kept,
      ];
    },
    expected: [
      { _id: 0, _creationTime: 0, a: 1, b: 3, c: 4 },
      { _id: 0, _creationTime: 0, d: 5 },
      [true, true],
    ],
  },
  {
    name: "a change that breaks the schema is refused",
    act: async ({ mutation }) => {
      const id = String(await mutation(reading.write, { table: "ticks", value: { by: "right" } }));
      return [
        await failure(mutation(reading.patch, { id, value: { by: null } })),
        await failure(mutation(reading.replace, { id, value: {} })),
      ];
    },
    expected: [notInSchema, notInSchema],
    differs: { "convex-test": OWN_WORDS },
  },
  {
    name: "creation times are in the order of insertion",
    act: async ({ query, mutation }, group) => {
      const ids = await mutation(reading.seed, { group, ranks: [0, 0, 0] });
      const times: number[] = [];
      for (const id of ids)
        times.push(Number(fieldsOf(await query(things.get, { id }))._creationTime));
      return times.every((time, i) => i === 0 || time > times[i - 1]!);
    },
    expected: true,
  },
  {
    name: "a deleted document can't be read, changed or deleted again",
    act: async ({ query, mutation }, group) => {
      const id = await mutation(things.add, { group, name: "a" });
      await mutation(things.remove, { id });
      const words = (error: unknown) => String(error).replaceAll(id, "ID");
      return [
        await query(things.get, { id }),
        words(await failure(mutation(things.remove, { id }))),
        words(await failure(mutation(things.rename, { id, name: "b" }))),
      ];
    },
    expected: [
      null,
      saying("Delete on nonexistent document ID ID"),
      saying("Update on nonexistent document ID ID"),
    ],
    differs: { "convex-test": OWN_WORDS },
  },
  {
    name: "an id of another table is refused as an argument and normalized to null",
    act: async ({ query, mutation }, group) => {
      const id = await mutation(things.add, { group, name: "a" });
      const tick = await mutation(reading.write, { table: "ticks", value: { by: group } });
      return [
        await failure(query(things.get, { id: tick as never })),
        (await query(reading.normalize, { table: "things", id })) === id,
        await query(reading.normalize, { table: "ticks", id }),
        await query(reading.normalize, { table: "things", id: "../../etc/passwd" }),
        await query(ticks.count, { by: group }),
      ];
    },
    expected: [saying("ArgumentValidationError"), true, null, null, 1],
    differs: { "convex-test": OWN_WORDS },
  },
];
