/**
 * The shapes that several functions share, named once: the validators that the `tables.ts` of the domains export, found
 * again in `function-spec` because they are the same, and Convex's own for pages. Anything else is written out in full.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { paginationOptsValidator, paginationResultValidator } from "convex/server";
import { v } from "convex/values";
import { z } from "zod";
import { ROOT } from "../lib/convex-cli.ts";
import { validator as validatorSchema, type Validator } from "../lib/function-spec.ts";
import { typeText, type NameOf } from "./types.ts";

/** A validator that has a name. */
export interface Shape {
  /** As the docs write it: `PublicProject` of `publicProject`. */
  name: string;
  /** The constant's own name, and the file that exports it. */
  constant: string;
  file: string;
  validator: Validator;
}

const exported = z.object({ isConvexValidator: z.literal(true), json: validatorSchema });

/** The validators that `convex/<domain>/tables.ts` export. */
export async function readShapes(): Promise<Shape[]> {
  const files = readdirSync(join(ROOT, "convex"), { recursive: true, encoding: "utf8" })
    .filter((name) => /^[^/]+\/tables\.ts$/.test(name))
    .map((name) => `convex/${name}`)
    .sort();
  return (await Promise.all(files.map(shapesOf))).flat();
}

async function shapesOf(file: string): Promise<Shape[]> {
  // A module is an object; of its exports nothing is known.
  const module = (await import(join(ROOT, file))) as Record<string, unknown>;
  return Object.entries(module).flatMap(([constant, value]) => {
    const parsed = exported.safeParse(value);
    if (!parsed.success) return [];
    const name = `${constant.charAt(0).toUpperCase()}${constant.slice(1)}`;
    return [{ name, constant, file, validator: parsed.data.json }];
  });
}

/**
 * Names what is one of the shapes, structurally, and notes which names it gave. Two shapes that are the same are
 * named by neither name.
 */
export function namingBy(shapes: readonly Shape[]): { nameOf: NameOf; used: Set<Shape> } {
  const used = new Set<Shape>();
  const nameOf: NameOf = (validator) => {
    const paginated = paginationName(validator, nameOf);
    if (paginated !== undefined) return paginated;
    const [shape, ...others] = shapes.filter((one) => same(one.validator, validator));
    if (shape === undefined || others.length > 0) return undefined;
    used.add(shape);
    return shape.name;
  };
  return { nameOf, used };
}

const PAGINATION_OPTIONS = exported.parse(paginationOptsValidator).json;

/** Convex's own shapes of pages, by the names that `convex/server` exports them under. */
function paginationName(validator: Validator, nameOf: NameOf): string | undefined {
  if (same(validator, PAGINATION_OPTIONS)) return "PaginationOptions";
  if (validator.type !== "object") return undefined;
  const page = validator.value.page?.fieldType;
  if (page?.type !== "array") return undefined;
  const result = exported.parse(paginationResultValidator(v.any())).json;
  const anyPage = {
    fieldType: { type: "array" as const, value: { type: "any" as const } },
    optional: false,
  };
  if (!same({ ...validator, value: { ...validator.value, page: anyPage } }, result))
    return undefined;
  return `PaginationResult<${typeText(page.value, nameOf)}>`;
}

function same(one: Validator, other: Validator): boolean {
  return canonical(one) === canonical(other);
}

/** JSON with the keys of objects, and the members of unions, in an order of their own. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    const sorted = Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
    if (sorted.type !== "union" || !Array.isArray(sorted.value)) return sorted;
    return { ...sorted, value: sorted.value.map(canonical).sort() };
  });
}
