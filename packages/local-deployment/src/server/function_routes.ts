import { MAX_CALL_BODY_BYTES } from "../limits/requests.ts";
import { CommitTsPlaceholder, type JSONValue, type Value } from "convex/values";
import { Hono } from "hono";
import { z } from "zod";
import { HttpError } from "../lib/errors.ts";
import { encodeTs } from "../sync/timestamp.ts";
import { parseValueText } from "../values/encoding/json_text.ts";
import { isObject } from "../values/kinds.ts";
import { printableText } from "../values/encoding/printable_text.ts";
import type { Caller, Authenticator } from "../application/authenticator.ts";
import type {
  ClientCalls,
  ClientCall,
  ClientInfo,
  ClientResult,
} from "../application/client_calls.ts";
import { parseJson, readJson } from "./http_io.ts";

const callBody = z.object({
  path: z.string(),
  args: z.union([z.array(z.json()).max(1), z.record(z.string(), z.json())]),
  format: z.string().nullish(),
  componentPath: z.string().nullish(),
});
type CallBody = z.infer<typeof callBody>;

/** How plain JSON shows values that it has no type for. */
function plainJson(value: Value | undefined): unknown {
  if (typeof value === "bigint") return String(value);
  if (value instanceof ArrayBuffer) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return value.map((item) => plainJson(item));
  if (isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, plainJson(field)]));
  }
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  // A commit timestamp that isn't known yet has nothing to show.
  return value instanceof CommitTsPlaceholder ? {} : value;
}

/** Whether a format is plain JSON, which is lossy; `ValueFormat` in crates/value/src/export.rs. */
const FORMATS: ReadonlyMap<string, boolean> = new Map([
  ["json", true],
  ["convex_clean_json", true],
  ["convex_encoded_json", false],
  ["convex_json", false],
]);

/** Whether values are shown as plain JSON, as they are to callers that name no format. @throws HttpError 400 `BadFormat` */
function isPlain(format: string | null | undefined): boolean {
  const plain = FORMATS.get(format ?? "json");
  if (plain === undefined) {
    throw new HttpError(
      400,
      "BadFormat",
      `format param must be one of [\`json\`]. Got ${printableText(format ?? "")}`,
    );
  }
  return plain;
}

/** A result as the HTTP clients read it (`UdfResponse` in crates/local_backend/src/public_api.rs). */
function functionResponse(result: ClientResult, plain: boolean): Response {
  const shown = (text: string) => (plain ? plainText(text) : text);
  const fields = result.ok
    ? [`"status":"success"`, `"value":${shown(result.value)}`]
    : [`"status":"error"`, `"errorMessage":${JSON.stringify(result.errorMessage)}`];
  if (!result.ok && result.errorData !== null)
    fields.push(`"errorData":${shown(result.errorData)}`);
  if (result.logLines.length > 0) fields.push(`"logLines":${JSON.stringify(result.logLines)}`);
  return new Response(`{${fields.join(",")}}`, { headers: { "content-type": "application/json" } });
}

function plainText(value: string): string {
  return JSON.stringify(plainJson(parseValueText(value)));
}

/** The arguments object: bodies send it alone or in an array of one. */
function argsOf(args: CallBody["args"]): JSONValue {
  return Array.isArray(args) ? (args[0] ?? {}) : args;
}

/** `/api/query`, `/api/mutation`, `/api/action`, `/api/function`, `/api/run/...` and what goes with them. */
export function functionRoutes(
  authenticator: Authenticator,
  calls: ClientCalls,
  latestTs: () => Promise<string>,
  infoOf: (request: Request) => ClientInfo,
): Hono {
  const app = new Hono();

  const respond = async (
    kind: "query" | "mutation" | "action" | "any",
    request: Request,
    caller: Caller,
    body: CallBody,
  ): Promise<Response> => {
    if (body.componentPath != null && body.componentPath !== "" && !caller.admin) {
      throw new HttpError(403, "BadDeployKey", "Only an admin can call a component's functions.");
    }
    const call: ClientCall = {
      path: body.path,
      args: argsOf(body.args),
      componentPath: body.componentPath ?? null,
    };
    const plain = isPlain(body.format);
    const found = kind === "any" ? await calls.kindOf(call, caller) : kind;
    if (typeof found !== "string") return functionResponse(found, plain);
    return functionResponse(await calls.run(found, call, caller, infoOf(request)), plain);
  };

  for (const kind of ["query", "mutation", "action"] as const) {
    app.post(`/api/${kind}`, async (c) => {
      const caller = await authenticator.verifyHeader(c.req.raw.headers.get("authorization"));
      return respond(kind, c.req.raw, caller, await parseCall(c.req.raw));
    });
  }
  app.get("/api/query", async (c) => {
    const caller = await authenticator.verifyHeader(c.req.raw.headers.get("authorization"));
    checkQueryText(new URL(c.req.raw.url).search);
    const args = parseJson(c.req.query("args") ?? "{}");
    const body = parseBody({ path: c.req.query("path"), args, format: c.req.query("format") });
    return respond("query", c.req.raw, caller, body);
  });
  app.post("/api/function", async (c) => {
    const caller = await authenticator.requireAdmin(c.req.raw.headers.get("authorization"));
    return respond("any", c.req.raw, caller, await parseCall(c.req.raw));
  });
  app.post("/api/run/:path{.+}", async (c) => {
    const caller = await authenticator.verifyHeader(c.req.raw.headers.get("authorization"));
    const body = await readJson(c.req.raw, MAX_CALL_BODY_BYTES);
    const fields = typeof body === "object" ? body : {};
    const segments = c.req.param("path").split("/");
    const name = segments.pop() ?? "";
    const parsed = parseBody({ ...fields, path: `${segments.join("/")}:${name}` });
    return respond("any", c.req.raw, caller, parsed);
  });
  app.post("/api/query_ts", async (c) => {
    await authenticator.verifyHeader(c.req.raw.headers.get("authorization"));
    return Response.json({ ts: encodeTs(BigInt(await latestTs())) });
  });
  app.post("/api/query_batch", async (c) => {
    const caller = await authenticator.verifyHeader(c.req.raw.headers.get("authorization"));
    const body = z
      .object({ queries: z.array(z.unknown()) })
      .safeParse(await readJson(c.req.raw, MAX_CALL_BODY_BYTES));
    if (!body.success) throw new HttpError(400, "BadJsonBody", z.prettifyError(body.error));
    const results: unknown[] = [];
    for (const query of body.data.queries) {
      const response = await respond("query", c.req.raw, caller, parseBody(query));
      results.push(await response.json());
    }
    return Response.json({ results });
  });
  return app;
}

/** Refuses escapes that are no UTF-8, which would be taken as they are written. */
function checkQueryText(search: string): void {
  try {
    decodeURIComponent(search);
  } catch {
    throw new HttpError(400, "BadQueryArgs", "The query string is not UTF-8, percent-encoded.");
  }
}

async function parseCall(request: Request): Promise<CallBody> {
  return parseBody(await readJson(request, MAX_CALL_BODY_BYTES));
}

function parseBody(body: unknown): CallBody {
  const parsed = callBody.safeParse(body);
  if (!parsed.success) throw new HttpError(400, "BadJsonBody", z.prettifyError(parsed.error));
  return parsed.data;
}
