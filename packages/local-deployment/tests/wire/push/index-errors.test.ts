import { defineTable } from "convex/server";
import { v } from "convex/values";
import { expect, test } from "vitest";
import { fields, index, many, notes, raw, schemaOf } from "../support/schemas.ts";
import { pushTarget } from "../support/wire_push.ts";

const PREFIX = "Hit an error while pushing:\nHit an error while evaluating your schema:\n";
const target = pushTarget();

const INDEX_NAMES =
  "Identifiers must be 64 characters or less, start with a letter, and only contain letters, digits, underscores.";
const reserved = (name: string) =>
  `In table "notes" cannot name an index "${name}" because the name is reserved. Indexes may not start with an underscore or be named "by_id" or "by_creation_time".`;
const unknown = (field: string) =>
  `In table "notes" the index "i" is invalid because it references the field "${field}" that does not exist.`;
const search = (name: string, searchField: string, filterFields: readonly string[] = []) =>
  [name, { searchField, filterFields }] as const;
const vector = (name: string, vectorField: string, dimensions = 3) =>
  [name, { vectorField, dimensions, filterFields: [] }] as const;

/** What is pushed, production's error code, and its message after the two lines that all of them begin with. */
const refused: readonly (readonly [name: string, schema: string, code: string, words: string])[] = [
  ["an index named by_id", index("by_id", ["a"]), "IndexNameReserved", reserved("by_id")],
  [
    "an index named by_creation_time",
    index("by_creation_time", ["a"]),
    "IndexNameReserved",
    reserved("by_creation_time"),
  ],
  [
    "an index with an underscore in front",
    index("_mine", ["a"]),
    "IndexNameReserved",
    reserved("_mine"),
  ],
  [
    "an index name that is no identifier",
    index("by-a", ["a"]),
    "InvalidIndexName",
    `In table "notes": Invalid index name: "by-a". ${INDEX_NAMES}`,
  ],
  [
    "an index name of 65 characters",
    index("i".repeat(65), ["a"]),
    "InvalidIndexName",
    `In table "notes": Invalid index name: "${"i".repeat(65)}". ${INDEX_NAMES}`,
  ],
  [
    "an index without fields",
    index("i", []),
    "EmptyIndex",
    'In table "notes" index "i" must have at least one field.',
  ],
  [
    "a field twice in an index",
    index("i", ["a", "a"]),
    "FieldsNotUniqueWithinIndex",
    'In table "notes": In index "i": Duplicate field "a". Index fields must be unique within an index.',
  ],
  [
    "an index on a field that isn't there",
    index("i", ["zzz"]),
    "SchemaDefinitionError",
    unknown("zzz"),
  ],
  [
    "an index on a nested field that isn't there",
    index("i", ["deep.zzz"]),
    "SchemaDefinitionError",
    unknown("deep.zzz"),
  ],
  ["an index below a record", index("i", ["map.a"]), "SchemaDefinitionError", unknown("map.a")],
  ["an index below a string", index("i", ["a.b"]), "SchemaDefinitionError", unknown("a.b")],
  [
    "an index on _creationTime",
    index("i", ["a", "_creationTime"]),
    "IndexFieldsContainCreationTime",
    "`_creationTime` is automatically added to the end of each index. It should not be added explicitly in the index definition. See https://docs.convex.dev/using/indexes for more details.",
  ],
  [
    "an index on _id",
    index("i", ["_id"]),
    "IndexFieldsContainId",
    'In table "notes": In index "i": `_id` is not a valid index field. To load documents by ID, use `db.get(id)`.',
  ],
  [
    "an index on another system field",
    index("i", ["_mine"]),
    "IndexFieldNameReserved",
    "Reserved fields (starting with `_`) are not allowed in indexes.",
  ],
  [
    "an index on a field that is no identifier",
    index("i", ["a-b"]),
    "InvalidIndexField",
    'In table "notes": In index "i": Invalid index field: "a-b"',
  ],
  [
    "an index of 17 fields",
    fields(many(17)),
    "IndexTooManyFields",
    'In table "t": In index "i": Indexes may have up to 16 fields.',
  ],
  [
    "an index of 16 fields, _creationTime being one more",
    fields(many(16)),
    "IndexTooManyFields",
    "Indexes may have up to 16 fields.",
  ],
  [
    "two indexes on the same fields",
    schemaOf(notes((t) => t.index("i", ["a"]).index("j", ["a"]))),
    "IndexNotUnique",
    'In table "notes" index "j" and index "i" have the same fields. Indexes must be unique within a table.',
  ],
  [
    "two indexes of one name",
    schemaOf(notes((t) => t.index("i", ["a"]).index("i", ["b"]))),
    "IndexNamesNotUnique",
    'Table "notes" has two or more definitions of index "i".',
  ],
  [
    "a database and a search index of one name",
    schemaOf(notes((t) => t.index("i", ["a"]).searchIndex(...search("i", "a")))),
    "IndexNamesNotUnique",
    'Table "notes" has two or more definitions of index "i".',
  ],
  [
    "a database and a vector index of one name",
    schemaOf(notes((t) => t.index("i", ["a"]).vectorIndex(...vector("i", "vector")))),
    "IndexNamesNotUnique",
    'Table "notes" has two or more definitions of index "i".',
  ],
  [
    "a search index on a field that isn't there",
    schemaOf(notes((t) => t.searchIndex(...search("i", "zzz")))),
    "SchemaDefinitionError",
    unknown("zzz"),
  ],
  [
    "a search index filtered by a field that isn't there",
    schemaOf(notes((t) => t.searchIndex(...search("i", "a", ["zzz"])))),
    "SchemaDefinitionError",
    unknown("zzz"),
  ],
  [
    "a search index of 17 filter fields",
    schemaOf(notes((t) => t.searchIndex(...search("i", "a", many(17))))),
    "IndexTooManyFilterFields",
    'In table "notes": Search indexes may have up to 16 filter fields.',
  ],
  [
    "a vector index on what is no vector",
    schemaOf(notes((t) => t.vectorIndex(...vector("i", "a")))),
    "SchemaDefinitionError",
    'In table "notes" the vector index "i" is invalid because it references the field "a" that is neither an array of float64 or optional array of float64.',
  ],
  [
    "a vector index of one dimension",
    schemaOf(notes((t) => t.vectorIndex(...vector("i", "vector", 1)))),
    "InvalidVectorDimensionError",
    'In table "notes": Dimensions 1 must be between 2 and 4096.',
  ],
  [
    "a staged index without fields",
    raw({ stagedDbIndexes: [{ indexDescriptor: "i", fields: [] }] }),
    "EmptyIndex",
    'In table "notes" staged index "i" must have at least one field.',
  ],
  [
    "a staged index on a field that isn't there",
    schemaOf(notes((t) => t.index("i", { fields: ["zzz"], staged: true }))),
    "SchemaDefinitionError",
    unknown("zzz"),
  ],
  [
    "65 indexes on a table",
    schemaOf({
      notes: many(65).reduce((t, f) => t.index(f, [f] as never), defineTable(v.any())),
    }),
    "TooManyIndexes",
    'Table "notes" cannot have more than 64 indexes.',
  ],
];

test.each(refused)("start_push refuses %s", async (_name, schema, code, words) => {
  const outcome = await target.push({ schema });
  expect(outcome).toEqual({ status: 400, code, message: PREFIX + words });
});

const accepted: readonly (readonly [name: string, schema: string])[] = [
  [
    "indexes on fields, nested ones, ones below v.any() and in one of a union's objects",
    schemaOf(
      notes((t) =>
        t
          .index("i", ["a", "b"])
          .index("j", ["deep.c"])
          .index("k", ["any.x.y"])
          .index("l", ["either.d"]),
      ),
    ),
  ],
  ["15 fields in an index", fields(many(15))],
  [
    "64 indexes on a table",
    schemaOf({
      notes: many(64).reduce((t, f) => t.index(f, [f] as never), defineTable(v.any())),
    }),
  ],
  [
    "an unknown field in an index where nothing is validated",
    schemaOf(
      notes((t) => t.index("i", ["zzz"])),
      false,
    ),
  ],
  ["a staged index", schemaOf(notes((t) => t.index("i", { fields: ["a"], staged: true })))],
];
test.each(accepted)("start_push takes %s", async (_name, schema) => {
  expect(await target.push({ schema })).toMatchObject({ status: 200, message: "" });
});
