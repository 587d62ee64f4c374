/** What a deployment says of its functions, by the official CLI. */
import { z } from "zod";
import { runConvex, type Target } from "./convex-cli.ts";

/** A field of an object validator, or the values of a record's. */
export interface Field {
  fieldType: Validator;
  optional: boolean;
}

/** A validator, as `function-spec` writes it. */
export type Validator =
  | { type: "null" | "number" | "bigint" | "boolean" | "string" | "bytes" | "any" }
  | { type: "literal"; value: unknown }
  | { type: "id"; tableName: string }
  | { type: "array"; value: Validator }
  | { type: "record"; keys: Validator; values: Field }
  | { type: "object"; value: Record<string, Field> }
  | { type: "union"; value: Validator[] };

const field = z.lazy(() => z.object({ fieldType: validator, optional: z.boolean() }));
/** Reads a validator from JSON. */
export const validator: z.ZodType<Validator> = z.lazy(() =>
  z.discriminatedUnion("type", [
    z.object({ type: z.enum(["null", "number", "bigint", "boolean", "string", "bytes", "any"]) }),
    z.object({ type: z.literal("literal"), value: z.unknown() }),
    z.object({ type: z.literal("id"), tableName: z.string() }),
    z.object({ type: z.literal("array"), value: validator }),
    z.object({ type: z.literal("record"), keys: validator, values: field }),
    z.object({ type: z.literal("object"), value: z.record(z.string(), field) }),
    z.object({ type: z.literal("union"), value: z.array(validator) }),
  ]),
);

const specSchema = z.object({
  functions: z.array(
    z.discriminatedUnion("functionType", [
      z.object({
        functionType: z.enum(["Query", "Mutation", "Action"]),
        identifier: z.string(),
        visibility: z.object({ kind: z.enum(["public", "internal"]) }),
        args: z.unknown(),
        returns: z.unknown(),
      }),
      z.object({ functionType: z.literal("HttpAction"), method: z.string(), path: z.string() }),
    ]),
  ),
});

/** A function that clients may call. */
export interface PublicFunction {
  kind: "query" | "mutation" | "action";
  /** As clients name it: `projects/queries:getById`. */
  path: string;
  args: Validator;
  returns: Validator;
}

/** What `function-spec` lists. */
export interface Spec {
  functions: PublicFunction[];
  /** The paths of those that only other functions may call. */
  internal: string[];
  http: { method: string; path: string }[];
}

const KINDS = { Query: "query", Mutation: "mutation", Action: "action" } as const;

/**
 * Asks the official CLI for the deployment's functions.
 *
 * @param project - the folder of the pushed project; the repository's root unless given
 * @returns what it prints: JSON
 */
export async function readSpecText(deployment: Target, project?: string): Promise<string> {
  const { code, stdout, stderr } = await runConvex(deployment, ["function-spec"], {
    ...(project !== undefined && { cwd: project }),
  });
  if (code === 0) return stdout;
  throw new Error(`\`convex function-spec\` failed:\n${stdout}\n${stderr}`);
}

/** Asks for the deployment's functions, and reads what `parseSpec` does. */
export async function readSpec(deployment: Target, project?: string): Promise<Spec> {
  return parseSpec(await readSpecText(deployment, project));
}

/**
 * Reads what the official CLI says of a deployment's functions.
 *
 * @throws Error naming the function whose validator is of a kind that this file does not know
 */
export function parseSpec(text: string): Spec {
  const spec: Spec = { functions: [], internal: [], http: [] };
  for (const entry of specSchema.parse(JSON.parse(text)).functions) {
    if (entry.functionType === "HttpAction") {
      spec.http.push({ method: entry.method, path: entry.path });
      continue;
    }
    const path = entry.identifier.replace(".js:", ":");
    if (entry.visibility.kind === "internal") spec.internal.push(path);
    else {
      const kind = KINDS[entry.functionType];
      spec.functions.push({
        kind,
        path,
        args: parse(`${path}'s arguments`, entry.args),
        returns: parse(`${path}'s result`, entry.returns),
      });
    }
  }
  return spec;
}

function parse(whose: string, json: unknown): Validator {
  const parsed = validator.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new Error(`The validator of ${whose} is of an unknown kind: ${JSON.stringify(json)}`);
}
