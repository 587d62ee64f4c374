/** Validators, written as TypeScript would write their types. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { paginationOptsValidator, paginationResultValidator } from "convex/server";
import type { GenericValidator } from "convex/values";
import { z } from "zod";
import { ROOT } from "../lib/convex-cli.ts";
import { validator as validatorSchema, type Validator } from "../lib/function-spec.ts";

/** A validator that has a name. */
export interface Shape {
  /** As the page writes it: `PublicProject` of `publicProject`. */
  name: string;
  validator: Validator;
  /** As `function-spec` would name it, such as `projects/tables:publicProject`; Convex's own have none. */
  source?: string;
}

const exported = z.object({ isConvexValidator: z.literal(true), json: validatorSchema });

/** The validators that the domains' `tables.ts` export, pages of them, and `PaginationOptions`. */
export async function readShapes(): Promise<Shape[]> {
  const options = exported.parse(paginationOptsValidator).json;
  const shapes: Shape[] = [{ name: "PaginationOptions", validator: options }];
  const folders = readdirSync(join(ROOT, "convex"), { recursive: true, encoding: "utf8" });
  for (const path of folders.filter((name) => /(?:^|\/)tables\.ts$/.test(name)).sort()) {
    // A module is an object; of its exports nothing is known.
    const module = (await import(join(ROOT, "convex", path))) as Record<string, GenericValidator>;
    for (const [constant, value] of Object.entries(module)) {
      const parsed = exported.safeParse(value);
      if (!parsed.success) continue;
      const name = `${constant.charAt(0).toUpperCase()}${constant.slice(1)}`;
      const source = `${path.slice(0, -3)}:${constant}`;
      const page = exported.parse(paginationResultValidator(value)).json;
      shapes.push({ name, source, validator: parsed.data.json });
      shapes.push({ name: `PaginationResult<${name}>`, validator: page });
    }
  }
  return shapes;
}

/** The names of shapes, by what is the same however its fields and members are ordered. */
export function namesOf(shapes: readonly Shape[]): Names {
  return new Map(shapes.map(({ name, validator }) => [canonical(validator), name]));
}

/** Names by canonical JSON. */
type Names = ReadonlyMap<string, string>;

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    const sorted = Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
    if (sorted.type !== "union" || !Array.isArray(sorted.value)) return sorted;
    return { ...sorted, value: sorted.value.map(canonical).sort() };
  });
}

/** The comments behind fields and literals, or on the lines above them, by name; none where a name has several. */
export function commentsIn(code: string): Map<string, string> {
  const comments = new Map<string, string>();
  const lines = code.matchAll(
    /((?:^[ \t]*\/\/ .*\n)*)^[ \t]*"?(\w+)"?(?::.*?)?,?(?:[ \t]\/\/ (.*))?$/gm,
  );
  for (const [, above = "", name = "", behind] of lines) {
    const comment = behind ?? above.replace(/\s*\/\/ /g, " ").trim();
    if (comment === "") continue;
    const known = comments.get(name);
    comments.set(name, known === undefined || known === comment ? comment : "");
  }
  return comments;
}

/** A validator's name, or its type with the comments given. */
export function typeText(
  validator: Validator,
  names: Names,
  comments?: Map<string, string>,
): string {
  return names.get(canonical(validator)) ?? writtenOut(validator, names, comments);
}

/** A validator's type with the comments given, whatever its name. */
export function writtenOut(
  validator: Validator,
  names: Names,
  comments = new Map<string, string>(),
): string {
  const text = (inner: Validator) => typeText(inner, names, comments);
  const noted = (name: string, line: string) => {
    const comment = comments.get(name) ?? "";
    return comment === "" ? line : `\n// ${comment}\n${line}`;
  };
  switch (validator.type) {
    case "null":
    case "number":
    case "bigint":
    case "boolean":
    case "string":
    case "any":
      return validator.type;
    case "bytes":
      return "ArrayBuffer";
    case "literal":
      return JSON.stringify(validator.value);
    case "id":
      return `Id<${JSON.stringify(validator.tableName)}>`;
    case "array": {
      const element = text(validator.value);
      return element.includes(" | ") ? `(${element})[]` : `${element}[]`;
    }
    case "record":
      return `Record<${text(validator.keys)}, ${text(validator.values.fieldType)}>`;
    case "object": {
      const fields = Object.entries(validator.value).map(([name, { fieldType, optional }]) =>
        noted(name, `${name}${optional ? "?" : ""}: ${text(fieldType)}`),
      );
      return fields.length === 0 ? "{}" : `{ ${fields.join("; ")} }`;
    }
    case "union": {
      const members = validator.value.map((member) => {
        return noted(member.type === "literal" ? String(member.value) : "", `| ${text(member)}`);
      });
      return members.join(" ").replace(/^\| /, "");
    }
  }
}
