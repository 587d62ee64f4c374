/** The function reference: what it makes of validators and docstrings. */
import { v, type GenericValidator } from "convex/values";
import { describe, expect, test } from "vitest";
import { docstringsIn } from "../../scripts/generate/docstrings.ts";
import { differences } from "../../scripts/generate/files.ts";
import { functionsPage } from "../../scripts/generate/reference.ts";
import {
  commentsIn,
  namesOf,
  readShapes,
  typeText,
  writtenOut,
} from "../../scripts/generate/types.ts";
import { validator, type Validator } from "../../scripts/lib/function-spec.ts";

/** A validator as `function-spec` has it. */
function json(of: GenericValidator): Validator {
  return validator.parse((of as unknown as { json: unknown }).json);
}

describe("a validator", () => {
  test.for<[GenericValidator, string]>([
    [v.int64(), "bigint"],
    [v.bytes(), "ArrayBuffer"],
    [v.id("projects"), 'Id<"projects">'],
    [v.array(v.string()), "string[]"],
    [v.array(v.union(v.literal("a"), v.literal(1))), '("a" | 1)[]'],
    [v.record(v.string(), v.boolean()), "Record<string, boolean>"],
    [v.object({}), "{}"],
    [
      v.object({ a: v.optional(v.number()), b: v.nullable(v.string()) }),
      "{ a?: number; b: string | null }",
    ],
  ])("is written as its type: %#", ([of, text]) => {
    expect(typeText(json(of), new Map())).toBe(text);
  });

  test("is written with the comments of its source", () => {
    const comments = commentsIn(`v.object({
      id: v.string(), // of Stripe's
      // In words,
      // for people.
      reason: v.optional(literals(
        "late", // after the deadline
      )),
    })`);
    const of = v.object({ id: v.string(), reason: v.optional(v.union(v.literal("late"))) });
    expect(writtenOut(json(of), new Map(), comments)).toBe(
      `{ \n// of Stripe's\nid: string; \n// In words, for people.\nreason?: \n// after the deadline\n| "late" }`,
    );
  });

  test("is named where a shape is the same in any order, and where a page consists of that", async () => {
    const part = v.object({ kind: v.union(v.literal("a"), v.literal("b")), text: v.string() });
    const turned = v.object({ text: v.string(), kind: v.union(v.literal("b"), v.literal("a")) });
    const names = namesOf([{ name: "Part", validator: json(part) }]);
    expect(typeText(json(v.array(turned)), names)).toBe("Part[]");
    expect(typeText(json(part.extend({ more: v.null() })), names)).not.toContain("Part");
    const shapes = (await readShapes()).map(({ name }) => name);
    expect(shapes).toEqual(
      expect.arrayContaining(["PublicProject", "PaginationResult<MessageDoc>"]),
    );
  });
});

const FUNCTIONS = "/** Refuses with `UNAUTHENTICATED`. */ export const userQuery = customQuery();";
const ERRORS = `interface ErrorDetails {
  /** No. */ NOT_FOUND: unknown;
  /** Who? */ UNAUTHENTICATED: unknown;
}`;

/** A page about one function, which has this docstring. */
function pageOf(docstring: string): string {
  const docstrings = new Map([
    ...docstringsIn("lib/functions", FUNCTIONS),
    ...docstringsIn("lib/errors", ERRORS),
    ...docstringsIn("a/queries", `${docstring} export const get = userQuery({ args: {} });`),
  ]);
  const get = { kind: "query", path: "a/queries:get", args: json(v.object({})) } as const;
  const functions = [{ ...get, returns: json(v.null()) }];
  return functionsPage({ functions, internal: [], http: [] }, docstrings, []);
}

describe("a function", () => {
  test("is described by its docstring and its builder's", () => {
    const page = pageOf("/**\n * Gets\n * it.\n *\n * @returns it\n * @throws `NOT_FOUND` */");
    expect(page).toContain(
      "### `a/queries:get`\n\n_query._ Gets it.\n\n- takes nothing\n- returns `null`: it\n- refuses with `UNAUTHENTICATED`, `NOT_FOUND`",
    );
  });

  test("has the words of its own docstring for a code of its builder", () => {
    const page = pageOf("/** Gets. @throws `UNAUTHENTICATED` at night */");
    expect(page).toContain("refuses with `UNAUTHENTICATED` at night\n");
  });

  test.for([
    ["", "no docstring"],
    ["/** Gets.\n * @throws `TEAPOT` */", "`TEAPOT`, which is no code"],
  ])("is refused: %j", ([docstring, complaint]) => {
    expect(() => pageOf(docstring!)).toThrow(complaint);
  });
});

test("a difference is named by its file and its first line", () => {
  const before = new Map(Object.entries({ same: "1\n", changed: "1\n2\n3\n", gone: "1\n" }));
  const after = new Map(Object.entries({ same: "1\n", changed: "1\ntwo\n3\n", new: "1\n" }));
  expect(differences(before, after)).toEqual([
    { path: "changed", line: 2 },
    { path: "gone", line: 1 },
    { path: "new", line: 1 },
  ]);
});
