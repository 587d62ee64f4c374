import { type GenericValidator, v, type Value } from "convex/values";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ConvexObject } from "../../src/values/kinds.ts";
import {
  checkArgs,
  checkDocument,
  checkReturns,
  checkStoredDocument,
  parseArgsValidator,
  parseDocumentType,
  parseValidator,
} from "../../src/values/validators/validate.ts";
import { COMMIT_TS, values } from "./arbitraries.ts";
import { anId, pushed, tableNameOf } from "./builders.ts";

const reasonOf = (validator: GenericValidator, value: Value) =>
  parseValidator(pushed(validator)).check(value, tableNameOf)?.message ?? null;

const USER = anId(10_001);
const PROJECT = anId(10_002);
const FILE = anId(27);
const NOWHERE = anId(10_099);

describe("a validator", () => {
  test.each<[string, GenericValidator, Value[], Value[]]>([
    ["v.null()", v.null(), [null], [0, "", false]],
    ["v.float64()", v.float64(), [0, -0, NaN, Infinity], [0n, "0", null]],
    ["v.int64()", v.int64(), [0n, COMMIT_TS], [0, null]],
    ["v.commitTs()", v.commitTs(), [1n, COMMIT_TS], [1, null]],
    ["v.boolean()", v.boolean(), [true, false], [0, "true"]],
    ["v.string()", v.string(), ["", USER], [1, null]],
    ["v.bytes()", v.bytes(), [new ArrayBuffer(0)], ["", []]],
    ["v.any()", v.any(), [null, [{}], COMMIT_TS], []],
    ['v.literal("a")', v.literal("a"), ["a"], ["b", 1]],
    ["v.literal(1.0)", v.literal(1), [1], [1n, "1", 2]],
    ["v.literal(<bigint>)", v.literal(5n), [5n], [5, 6n]],
    ["v.literal(true)", v.literal(true), [true], [false, 1]],
    ["v.literal(0.00001)", v.literal(0.00001), [0.00001], [0]],
    ["v.literal(1e-6)", v.literal(0.000001), [0.000001], [0]],
    ['v.id("users")', v.id("users"), [USER], [PROJECT, NOWHERE, "x", 1, null]],
    ['v.id("_storage")', v.id("_storage"), [FILE], [USER]],
    ["v.array(v.string())", v.array(v.string()), [[], ["a"]], [["a", 1], {}]],
    [
      'v.record(v.id("users"), v.float64())',
      v.record(v.id("users"), v.float64()),
      [{}, { [USER]: 1 }],
      [{ a: 1 }, { [USER]: "1" }, []],
    ],
    [
      "v.object({a: v.string(), b: v.optional(v.null())})",
      v.object({ b: v.optional(v.null()), a: v.string() }),
      [{ a: "" }, { a: "", b: null }],
      [{}, { a: "", b: 1 }, { a: "", c: 1 }, null],
    ],
    ["v.union(v.string(), v.null())", v.union(v.string(), v.null()), ["", null], [1, {}]],
    ["v.union()", v.union(), [], [null]],
  ])("%s accepts what it should and nothing else", (text, validator, good, bad) => {
    expect(parseValidator(pushed(validator)).text).toBe(text);
    for (const value of good) expect(reasonOf(validator, value)).toBeNull();
    for (const value of bad) expect(reasonOf(validator, value)).not.toBeNull();
  });

  test.each<[string, GenericValidator, Value, string]>([
    [
      "a value of another type",
      v.string(),
      12,
      "Value does not match validator.\n\nValue: 12.0\nValidator: v.string()",
    ],
    [
      "a value of another type, deep inside",
      v.object({ list: v.array(v.object({ n: v.int64() })) }),
      { list: [{ n: 1n }, { n: 1.5 }] },
      "Value does not match validator.\nPath: .list[1].n\nValue: 1.5\nValidator: v.int64()",
    ],
    [
      "a missing field",
      v.object({ a: v.string(), b: v.optional(v.int64()) }),
      { b: 5n },
      "Object is missing the required field `a`. Consider wrapping the field validator in " +
        "`v.optional(...)` if this is expected.\n\nObject: {b: 5}\n" +
        "Validator: v.object({a: v.string(), b: v.optional(v.int64())})",
    ],
    [
      "a missing field, inside",
      v.object({ f: v.object({ a: v.string() }) }),
      { f: {} },
      "Object is missing the required field `a`. Consider wrapping the field validator in " +
        "`v.optional(...)` if this is expected.\nPath: .f\nObject: {}\n" +
        "Validator: v.object({a: v.string()})",
    ],
    [
      "an extra field, the first by name",
      v.object({}),
      { z: 1, k: 'q"\n\u0301', absent: null },
      "Object contains extra field `absent` that is not in the validator.\n\n" +
        'Object: {absent: null, k: "q\\"\\n\\u{301}", z: 1.0}\nValidator: v.object({})',
    ],
    [
      "another literal",
      v.object({ s: v.literal("on") }),
      { s: "off" },
      '`"off"` does not match literal validator `v.literal("on")`.Path: .s',
    ],
    [
      "another int64 literal",
      v.literal(1n),
      2n,
      "`2` does not match literal validator `v.literal(<bigint>)`.",
    ],
    [
      "an id of another table",
      v.array(v.id("users")),
      [PROJECT],
      `Found ID "${PROJECT}" from table \`projects\`, which does not match the table name in ` +
        'validator `v.id("users")`.Path: [0]',
    ],
    [
      "an id of a system table",
      v.id("users"),
      FILE,
      `Found ID "${FILE}" from a system table, which does not match the table name in validator ` +
        '`v.id("users")`.',
    ],
    [
      "an id of no table",
      v.id("users"),
      NOWHERE,
      `Value does not match validator.\n\nValue: "${NOWHERE}"\nValidator: v.id("users")`,
    ],
    [
      "a record's key",
      v.object({ r: v.record(v.id("users"), v.null()) }),
      { r: { bob: null } },
      'Value does not match validator.\nPath: .r.keys()\nValue: "bob"\nValidator: v.id("users")',
    ],
    [
      "a record's value",
      v.record(v.string(), v.null()),
      { bob: true },
      "Value does not match validator.\nPath: .values()\nValue: true\nValidator: v.null()",
    ],
    [
      "no member of a union",
      v.union(v.object({ a: v.null() }), v.literal("x")),
      { a: new ArrayBuffer(3) },
      'Value does not match validator.\n\nValue: {a: b"AAAA"}\n' +
        'Validator: v.union(v.object({a: v.null()}), v.literal("x"))',
    ],
    [
      "the only member of a union",
      v.union(v.object({ a: v.null() })),
      { a: 1e16 },
      "Value does not match validator.\nPath: .a\nValue: 1e16\nValidator: v.null()",
    ],
    [
      "an unresolved commit timestamp",
      v.object({ at: v.float64() }),
      { at: COMMIT_TS },
      "Value does not match validator.\nPath: .at\nValue: 9223372036854775807\n" +
        "Validator: v.float64()",
    ],
  ])("has production's message for %s", (_name, validator, value, reason) => {
    expect(reasonOf(validator, value)).toBe(reason);
  });

  test("takes an absent field and an undefined one for the same", () => {
    const validator = parseValidator(pushed(v.object({ a: v.optional(v.null()) })));
    expect(validator.check({ a: undefined, b: undefined }, tableNameOf)).toBeNull();
  });

  test("does not take what an object inherits for its fields", () => {
    const validator = v.object({ constructor: v.any() });
    expect(reasonOf(validator, {})).toContain("missing the required field `constructor`");
  });

  test("never throws itself, whatever the value", () => {
    const everything = parseValidator(
      pushed(v.union(v.record(v.string(), v.int64()), v.object({ a: v.id("users") }), v.bytes())),
    );
    fc.assert(
      fc.property(values, (value) => {
        const failure = everything.check(value, tableNameOf);
        expect(typeof (failure?.message ?? "")).toBe("string");
      }),
    );
  });

  test.each([
    [{ type: "nope" }, "InvalidValidator"],
    [{ type: "literal", value: null }, "InvalidValidator"],
    [
      {
        type: "record",
        keys: { type: "number" },
        values: { fieldType: { type: "any" }, optional: false },
      },
      "InvalidRecordType",
    ],
    [
      {
        type: "record",
        keys: { type: "union", value: [{ type: "literal", value: "a" }] },
        values: { fieldType: { type: "any" }, optional: false },
      },
      "InvalidRecordType",
    ],
    [
      {
        type: "record",
        keys: { type: "string" },
        values: { fieldType: { type: "any" }, optional: true },
      },
      "InvalidRecordType",
    ],
  ])("is not made of %j", (json, code) => {
    expect(() => parseValidator(json as never)).toThrow(expect.objectContaining({ code }) as Error);
  });
});

describe("a function's arguments and result", () => {
  const args = parseArgsValidator(pushed(v.object({ name: v.string() })));

  test("are refused as production refuses them", () => {
    expect(() => checkArgs(args, { name: 1 }, tableNameOf)).toThrow(
      expect.objectContaining({
        code: "ArgumentValidationError",
        message:
          "ArgumentValidationError: Value does not match validator.\nPath: .name\nValue: 1.0\n" +
          "Validator: v.string()",
      }) as Error,
    );
    expect(() => checkArgs(args, ["x"], tableNameOf)).toThrow(
      "ArgumentValidationError: Expected to receive an object as the function's argument. " +
        'Instead received: ["x"]',
    );
    expect(() => checkReturns(parseValidator(pushed(v.null())), 5n, tableNameOf)).toThrow(
      expect.objectContaining({
        code: "ReturnsValidationError",
        message:
          "ReturnsValidationError: Value does not match validator.\n\nValue: 5\n" +
          "Validator: v.null()",
      }) as Error,
    );
  });

  test("pass when they match, and when nothing is declared", () => {
    expect(() => checkArgs(args, { name: "x" }, tableNameOf)).not.toThrow();
    expect(() => checkArgs(parseArgsValidator(pushed(v.any())), 7, tableNameOf)).not.toThrow();
    expect(() => checkArgs(parseArgsValidator(null), 7, tableNameOf)).not.toThrow();
    expect(() => checkReturns(null, 7, tableNameOf)).not.toThrow();
  });

  test("can only be declared as an object", () => {
    expect(() => parseArgsValidator(pushed(v.string()))).toThrow(
      "Args validator must be an object or any",
    );
  });
});

describe("a document", () => {
  const message = pushed(v.object({ body: v.string(), at: v.commitTs(), _id: v.string() }));
  const type = parseDocumentType(message);
  const system = { _id: anId(10_001), _creationTime: 1.5 };
  const check = (document: ConvexObject) => () =>
    checkDocument("messages", type, document, tableNameOf);

  test("is checked without its system fields", () => {
    expect(check({ ...system, body: "x", at: COMMIT_TS })).not.toThrow();
    expect(check({ body: "x", at: 1n })).not.toThrow();
  });

  test("is refused with the table's name", () => {
    expect(check({ ...system, body: "x", at: 1n, extra: true })).toThrow(
      expect.objectContaining({
        code: "SchemaEnforcementError",
        message:
          'Failed to insert or update a document in table "messages" because it does not match ' +
          "the schema: Object contains extra field `extra` that is not in the validator.\n\n" +
          'Object: {at: 1, body: "x", extra: true}\n' +
          "Validator: v.object({at: v.commitTs(), body: v.string()})",
      }) as Error,
    );
  });

  test("that is stored already is refused with its id", () => {
    const document = { ...system, body: 1, at: 1n };
    expect(() => checkStoredDocument("messages", type, document, tableNameOf)).toThrow(
      expect.objectContaining({
        code: "SchemaValidationError",
        message:
          `Document with ID "${system._id}" in table "messages" does not match the schema: ` +
          "Value does not match validator.\nPath: .body\nValue: 1.0\nValidator: v.string()",
      }) as Error,
    );
  });

  test("may be of one of several types", () => {
    const either = parseDocumentType(
      pushed(v.union(v.object({ a: v.null() }), v.object({ b: v.null() }))),
    );
    expect(() => checkDocument("t", either, { ...system, b: null }, tableNameOf)).not.toThrow();
    expect(() => checkDocument("t", either, { ...system }, tableNameOf)).toThrow(
      "Value does not match validator.\n\nValue: {}\n",
    );
    expect(() => checkDocument("t", parseDocumentType(null), system, tableNameOf)).not.toThrow();
  });

  test("is always an object", () => {
    expect(() => parseDocumentType(pushed(v.union(v.object({}), v.string())))).toThrow(
      expect.objectContaining({
        code: "InvalidTopLevelTypeInSchemaError",
        message:
          "The document validator in a schema must be an object, a union of objects, or " +
          "`v.any()`. Found v.string(). To learn more, see the schema documentation at " +
          "https://docs.convex.dev/database/schemas.",
      }) as Error,
    );
  });
});
