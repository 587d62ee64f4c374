/** The function reference: what it makes of validators, docstrings and the README. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { v, type GenericValidator } from "convex/values";
import { describe, expect, test } from "vitest";
import { differences } from "../../scripts/generate/files.ts";
import { validator, type Validator } from "../../scripts/lib/function-spec.ts";
import {
  docstringsOf,
  firstSentence,
  moduleSummary,
  parseSource,
} from "../../scripts/reference/docstrings.ts";
import { withSection } from "../../scripts/reference/section.ts";
import { namingBy, readShapes, type Shape } from "../../scripts/reference/shapes.ts";
import { Sources } from "../../scripts/reference/sources.ts";
import { annotatedType, typeText } from "../../scripts/reference/types.ts";
import { tempFolder } from "../support/temp.ts";

/** A validator as `function-spec` has it. */
function json(of: GenericValidator): Validator {
  return validator.parse((of as unknown as { json: unknown }).json);
}

const nameless = () => undefined;

describe("a validator", () => {
  test.for<[GenericValidator, string]>([
    [v.null(), "null"],
    [v.int64(), "bigint"],
    [v.bytes(), "ArrayBuffer"],
    [v.any(), "any"],
    [v.id("projects"), 'Id<"projects">'],
    [v.array(v.string()), "string[]"],
    [v.array(v.union(v.literal("a"), v.literal(1))), '("a" | 1)[]'],
    [
      v.array(v.union(v.object({ a: v.null() }), v.object({ b: v.null() }))),
      "({ a: null } | { b: null })[]",
    ],
    [v.array(v.object({ a: v.null() })), "{ a: null }[]"],
    [v.record(v.string(), v.boolean()), "Record<string, boolean>"],
    [v.object({}), "{}"],
    [
      v.object({ a: v.optional(v.number()), b: v.nullable(v.string()) }),
      "{ b: string | null; a?: number }",
    ],
  ])("is written as its type: %#", ([of, text]) => {
    expect(typeText(json(of), nameless)).toBe(text);
  });

  test("with comments keeps the order of its fields", () => {
    const shape = v.object({ z: v.number(), a: v.optional(v.array(v.object({ y: v.null() }))) });
    const y = new Map([["y", { comment: "why", inner: {} }]]);
    const fields = new Map([
      ["z", { comment: "ms", inner: {} }],
      ["a", { comment: "", inner: { inner: [{ fields: y }] } }],
    ]);
    expect(annotatedType(json(shape), nameless, { fields })).toBe(
      "{\n// ms\nz: number;\na?: ({\n// why\ny: null;\n})[];\n}",
    );
  });
});

describe("a shape", () => {
  const part = v.object({ text: v.string(), kind: v.union(v.literal("a"), v.literal("b")) });
  const aShape = (name: string): Shape => ({
    name,
    constant: name,
    file: "some/tables.ts",
    validator: json(part),
  });

  test("is named wherever it is the same, in whichever order", () => {
    const { nameOf, used } = namingBy([aShape("Part")]);
    const turned = v.object({ kind: v.union(v.literal("b"), v.literal("a")), text: v.string() });
    expect(typeText(json(v.array(turned)), nameOf)).toBe("Part[]");
    expect([...used].map(({ name }) => name)).toEqual(["Part"]);
  });

  test("that differs in anything is written out", () => {
    const { nameOf, used } = namingBy([aShape("Part")]);
    const other = part.extend({ more: v.optional(v.null()) });
    expect(typeText(json(other), nameOf)).toBe('{ text: string; kind: "a" | "b"; more?: null }');
    expect(used).toEqual(new Set());
  });

  test("that has two names is written out", () => {
    const { nameOf } = namingBy([aShape("Part"), aShape("Piece")]);
    expect(typeText(json(part), nameOf)).toBe('{ text: string; kind: "a" | "b" }');
  });

  test("is what the tables export", async () => {
    const shapes = await readShapes();
    const names = shapes.map(({ name, file }) => `${file} ${name}`);
    expect(names).toContain("convex/projects/tables.ts PublicProject");
    expect(names).toContain("convex/messages/tables.ts MessageDoc");
  });
});

describe("a docstring", () => {
  const source = parseSource(
    "some.ts",
    `/** What it is about. And more. */
import { userQuery } from "../lib/functions";

/**
 * Does a thing
 * of one's own.
 *
 * Slowly.
 *
 * @returns the thing
 * @throws \`NOT_FOUND\`, \`RATE_LIMITED\` (when
 *   too often)
 */
export const thing = userQuery({ args: {} });

export const bare = 1;
`,
  );

  test("is read with its tags, in paragraphs, and with who makes the function", () => {
    expect(docstringsOf(source)).toEqual(
      new Map([
        [
          "thing",
          {
            summary: "Does a thing of one's own.\n\nSlowly.",
            returns: "the thing",
            throws: "`NOT_FOUND`, `RATE_LIMITED` (when too often)",
            builder: "userQuery",
          },
        ],
      ]),
    );
  });

  test("at the top of a file is the file's", () => {
    expect(moduleSummary(source)).toBe("What it is about. And more.");
    expect(moduleSummary(parseSource("other.ts", "export {};\n"))).toBe("");
  });

  test.for([
    ["One. Two.", "One."],
    ["Version 1.5 of it. Two.", "Version 1.5 of it."],
    ["No stop", "No stop"],
    ["One. `two` too.", "One."],
  ])("has a first sentence: %s", ([text, first]) => {
    expect(firstSentence(text!)).toBe(first);
  });
});

describe("the sources", () => {
  /** A folder with one public function. */
  function sourcesOf(docstring: string): Sources {
    const root = tempFolder();
    mkdirSync(join(root, "convex/lib"), { recursive: true });
    mkdirSync(join(root, "convex/some"));
    const builders =
      "/** Refuses with `UNAUTHENTICATED`. */\nexport const userQuery = customQuery();\n";
    writeFileSync(join(root, "convex/lib/functions.ts"), builders);
    writeFileSync(
      join(root, "convex/some/things.ts"),
      `/** Things. */\nimport "../lib/functions";\n${docstring}\nexport const get = userQuery({});\n`,
    );
    const http =
      'import { hook } from "./some/hooks";\nhttp.route({ path: "/hook", method: "POST", handler: hook });\n';
    writeFileSync(join(root, "convex/http.ts"), http);
    writeFileSync(
      join(root, "convex/some/hooks.ts"),
      "/** Answers. */\nexport const hook = httpAction();\n",
    );
    return new Sources(["NOT_FOUND", "UNAUTHENTICATED"], root);
  }

  test("add what the builder refuses with", () => {
    const { throws } = sourcesOf("/** Gets.\n * @throws `NOT_FOUND` */").function(
      "some/things:get",
    );
    expect(throws).toBe("`UNAUTHENTICATED`, `NOT_FOUND`");
  });

  test("unless the function says it in its own words", () => {
    const sources = sourcesOf("/** Gets.\n * @throws `UNAUTHENTICATED` at night */");
    expect(sources.function("some/things:get").throws).toBe("`UNAUTHENTICATED` at night");
  });

  test.for([
    ["no docstring", "", "no docstring"],
    ["a code that is none", "/** Gets.\n * @throws `TEAPOT` */", "TEAPOT"],
    ["no code at all", "/** Gets.\n * @throws what another one throws */", "no code"],
  ])("refuse %s", ([, docstring, complaint]) => {
    expect(() => sourcesOf(docstring!).function("some/things:get")).toThrow(complaint);
  });

  test("find a route's handler where it is imported from, and miss one that isn't there", () => {
    const sources = sourcesOf("");
    expect(sources.route({ method: "POST", path: "/hook" })).toBe("Answers.");
    expect(() => sources.route({ method: "GET", path: "/hook" })).toThrow("GET /hook");
  });
});

describe("the README's section", () => {
  const begin = "<!-- reference:begin (made by `bun run reference`) -->";
  const end = "<!-- reference:end -->";

  test("replaces what is between the markers, and nothing else", () => {
    const readme = `before\n${begin}\nold\n${end}\nafter\n`;
    expect(withSection(readme, "new")).toBe(`before\n${begin}\n\nnew\n\n${end}\nafter\n`);
  });

  test.for(["none", begin, `${end}${begin}`, `${begin}${begin}${end}`, `${begin}${end}${end}`])(
    "refuses a README without a place for it: %s",
    (readme) => {
      expect(() => withSection(readme, "new")).toThrow("once each");
    },
  );
});

test("a difference is named by its file and its first line", () => {
  const before = new Map([
    ["same", "1\n"],
    ["changed", "1\n2\n3\n"],
    ["gone", "1\n"],
  ]);
  const after = new Map([
    ["same", "1\n"],
    ["changed", "1\ntwo\n3\n"],
    ["new", "1\n"],
  ]);
  expect(differences(before, after)).toEqual([
    { path: "changed", line: 2 },
    { path: "gone", line: 1 },
    { path: "new", line: 1 },
  ]);
});
