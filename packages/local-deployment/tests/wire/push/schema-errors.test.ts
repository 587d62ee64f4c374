import { defineTable } from "convex/server";
import { v } from "convex/values";
import { expect, test } from "vitest";
import { nested, schemaOf, typed } from "../support/schemas.ts";
import { pushTarget } from "../support/wire_push.ts";

const PREFIX = "Hit an error while pushing:\nHit an error while evaluating your schema:\n";
const SEE_DOCS =
  "To learn more, see the schema documentation at https://docs.convex.dev/database/schemas.";
const target = pushTarget();

const IDENTIFIERS =
  "Identifiers must start with a letter and can only contain letters, digits, and underscores.";
/** What is pushed, production's error code, and its message after the two lines that all of them begin with. */
const refused: readonly (readonly [name: string, schema: string, code: string, words: string])[] = [
  [
    "a table name that is no identifier",
    schemaOf({ "my-table": defineTable({}) }),
    "InvalidTableName",
    `Invalid table name: "my-table". ${IDENTIFIERS}`,
  ],
  [
    "a table name that begins with a digit",
    schemaOf({ "1st": defineTable({}) }),
    "InvalidTableName",
    `Invalid table name: "1st". ${IDENTIFIERS}`,
  ],
  [
    "a table name of underscores",
    schemaOf({ __: defineTable({}) }),
    "InvalidTableName",
    `Invalid table name: "__". ${IDENTIFIERS}`,
  ],
  [
    "a system table",
    schemaOf({ _mine: defineTable({}) }),
    "TableNameReserved",
    "_mine is a reserved table name.",
  ],
  [
    "_storage as a table",
    schemaOf({ _storage: defineTable({}) }),
    "TableNameReserved",
    "_storage is a reserved table name.",
  ],
  [
    "a field name with a dash",
    typed({ "my-field": v.string() }),
    "InvalidSchema",
    "Identifier my-field has invalid character '-': Identifiers can only contain alphanumeric characters or underscores",
  ],
  [
    "a field name with a dollar",
    typed({ $f: v.string() }),
    "InvalidSchema",
    "Field name $f starts with '$', which is reserved.",
  ],
  [
    "a field name that begins with a digit",
    typed({ "1st": v.string() }),
    "InvalidSchema",
    "Invalid first character '1' in 1st: Identifiers must start with an alphabetic character or underscore",
  ],
  ["an empty field name", typed({ "": v.string() }), "InvalidSchema", "Identifier cannot be empty"],
  [
    "a field name of 65 characters",
    typed({ ["f".repeat(65)]: v.string() }),
    "InvalidSchema",
    "Identifier is too long (65 > maximum 64)",
  ],
  [
    "a nested field name with a dash",
    typed({ a: v.object({ "x-y": v.string() }) }),
    "InvalidSchema",
    "Invalid validator for key `a`: Identifier x-y has invalid character '-': Identifiers can only contain alphanumeric characters or underscores",
  ],
  [
    "an id of a table that is no identifier",
    typed({ a: v.id("my-table") }),
    "InvalidSchema",
    "Invalid validator for key `a`: Identifier my-table has invalid character '-': Identifiers can only contain alphanumeric characters or underscores",
  ],
  [
    "a record with literal keys",
    typed({ a: v.record(v.literal("x") as never, v.string()) }),
    "InvalidRecordType",
    "Invalid validator for key `a`: Records cannot have string literal keys",
  ],
  [
    "a record with number keys",
    typed({ a: v.record(v.number() as never, v.string()) }),
    "InvalidRecordType",
    "Invalid validator for key `a`: Records can only have string keys. Your validator contains a record with key typed as `v.float64()`, which is not a subtype of `v.string()`",
  ],
  [
    "a literal that JSON has no number for",
    typed({ a: v.literal(NaN) }),
    "UnsupportedFloatLiteral",
    "Invalid validator for key `a`: Infinite or NaN values are not supported in literal validators.",
  ],
  [
    "a table of strings",
    schemaOf({ notes: defineTable(v.string() as never) }),
    "InvalidTopLevelTypeInSchemaError",
    `The document validator in a schema must be an object, a union of objects, or \`v.any()\`. Found v.string(). ${SEE_DOCS}`,
  ],
  [
    "a table of objects or strings",
    schemaOf({ notes: defineTable(v.union(v.object({}), v.string()) as never) }),
    "InvalidTopLevelTypeInSchemaError",
    `The document validator in a schema must be an object, a union of objects, or \`v.any()\`. Found v.string(). ${SEE_DOCS}`,
  ],
  ["validators nested deeper than JSON is read", nested(130), "InvalidJson", "Invalid JSON"],

  [
    "no default export",
    "export const a = 1;",
    "MissingSchemaExportError",
    `Schema file missing default export. ${SEE_DOCS}`,
  ],
  [
    "a default export of something else",
    "export default 5;",
    "InvalidSchemaExport",
    `Default export from schema file isn't a Convex schema. ${SEE_DOCS}`,
  ],
  [
    "a schema that reads a variable",
    "export default process.env.ANY;",
    "InvalidSchema",
    "Uncaught Error: Environment variables unsupported when evaluating schema",
  ],
  [
    "a schema that draws a UUID",
    "export default crypto.randomUUID();",
    "InvalidSchema",
    "Uncaught Error: Cannot use cryptographic randomness when evaluating schema",
  ],
  ["a schema that throws", 'throw new TypeError("no");', "InvalidSchema", "Uncaught TypeError: no"],
];

test.each(refused)("start_push refuses a schema with %s", async (_name, schema, code, words) => {
  const outcome = await target.push({ schema });
  expect(outcome).toMatchObject({ status: 400, code });
  // A thrown error is followed by its stack.
  const firstPart = words.startsWith("Uncaught")
    ? outcome.message.split("\n    at ")[0]
    : outcome.message;
  expect(firstPart?.trimEnd()).toBe(PREFIX + words);
});

const accepted: readonly (readonly [name: string, schema: string])[] = [
  ["an id of a table that isn't in the schema", typed({ a: v.id("elsewhere") })],
  ["a union of nothing", typed({ a: v.union() as never })],
  ["a system field, which is left out", typed({ _mine: v.string() })],
  ["validators nested 60 deep", nested(60)],
  [
    "a time and a random number",
    "const at = Date.now() + Math.random() + performance.now(); export default { export: () => JSON.stringify({ tables: [], at }) };",
  ],
];
test.each(accepted)("start_push takes %s", async (_name, schema) => {
  expect(await target.push({ schema })).toMatchObject({ status: 200, message: "" });
});
