import { MAX_BODY_BYTES, MAX_PUSH_BYTES } from "../limits/requests.ts";
import { brotliDecompress } from "node:zlib";
import { promisify } from "node:util";
import { Hono } from "hono";
import { z } from "zod";
import { HttpError } from "../lib/errors.ts";
import { finishPushRequest, startPushRequest, waitForSchemaRequest } from "../push/request.ts";
import { finishPushResponse, startPushResponse } from "../push/response.ts";
import type { DeploymentUrls } from "../engine/state.ts";
import type { Authenticator } from "../application/authenticator.ts";
import type { EngineClient } from "../application/engine_client.ts";
import { parseJson, readBody, readJson } from "./http_io.ts";
import type { LogStream } from "../application/log_stream.ts";
import type { PushService } from "../application/push_service.ts";

const decompress = promisify(brotliDecompress);

const variableChanges = z.object({
  changes: z.array(z.object({ name: z.string(), value: z.string().nullish() })),
});

/** The services of the admin endpoints. */
export interface AdminServices {
  readonly authenticator: Authenticator;
  readonly engine: EngineClient;
  readonly pushes: PushService;
  readonly logs: LogStream;
  readonly urls: DeploymentUrls;
}

/** The endpoints that the official CLI calls, besides functions (convex/src/cli). */
export function adminRoutes({ authenticator, engine, pushes, logs, urls }: AdminServices): Hono {
  const app = new Hono();

  /** Parses a push call's body, which carries the admin key itself. */
  const parse = async <T>(request: Request, schema: z.ZodType<T>): Promise<T> => {
    const body = await readPush(request);
    const key = z.object({ adminKey: z.string() }).safeParse(body);
    if (!key.success) throw new HttpError(400, "BadJsonBody", "adminKey is missing");
    authenticator.verifyAdmin(key.data.adminKey, null);
    const parsed = schema.safeParse(body);
    if (!parsed.success) throw new HttpError(400, "BadJsonBody", z.prettifyError(parsed.error));
    return parsed.data;
  };

  app.get("/api/v1/get_canonical_urls", async (c) => {
    await authenticator.requireAdmin(c.req.raw.headers.get("authorization"));
    return c.json({ convexCloudUrl: urls.cloud, convexSiteUrl: urls.site });
  });
  app.post("/api/get_config_hashes", async (c) => {
    await parse(c.req.raw, z.object({ adminKey: z.string() }));
    const modules = await engine.call("pushedModules");
    return c.json({
      config: { functions: "convex/" },
      moduleHashes: modules.map(({ path, hash, environment }) => ({ path, hash, environment })),
      udfServerVersion: "1.48.0",
      nodeVersion: null,
    });
  });
  // Advisory: what a push would change in tables and indexes. The push's own response has it too.
  app.post("/api/deploy2/evaluate_schema", async (c) => {
    await parse(c.req.raw, startPushRequest);
    return c.json({ componentSchemaEvaluations: {}, newComponentDefinitions: [] });
  });
  app.post("/api/deploy2/evaluate_push", async (c) => {
    const push = await pushes.start(await parse(c.req.raw, startPushRequest));
    return c.json({ schemaChange: startPushResponse(push).schemaChange });
  });
  app.post("/api/deploy2/start_push", async (c) => {
    const push = await pushes.start(await parse(c.req.raw, startPushRequest));
    return c.json(startPushResponse(push));
  });
  app.post("/api/deploy2/wait_for_schema", async (c) => {
    const { schemaChange } = await parse(c.req.raw, waitForSchemaRequest);
    return c.json(await pushes.schemaStatus(schemaChange.schemaIds.push));
  });
  app.post("/api/deploy2/finish_push", async (c) => {
    const { startPush, dryRun } = await parse(c.req.raw, finishPushRequest);
    if (dryRun)
      return c.json({
        authDiff: { added: [], removed: [] },
        definitionDiffs: {},
        componentDiffs: {},
      });
    return c.json(finishPushResponse(await pushes.finish(startPush.schemaChange.schemaIds.push)));
  });
  app.post("/api/deploy2/report_push_completed", async (c) => {
    await parse(c.req.raw, z.object({ adminKey: z.string() }));
    return c.json(null);
  });
  app.get("/api/stream_function_logs", async (c) => {
    await authenticator.requireAdmin(c.req.raw.headers.get("authorization"));
    const cursor = Number(c.req.query("cursor") ?? "0");
    if (!Number.isFinite(cursor)) throw new HttpError(400, "BadCursor", "cursor must be a number");
    return c.json(await logs.read(cursor, c.req.raw.signal));
  });
  app.post("/api/update_environment_variables", async (c) => {
    await authenticator.requireAdmin(c.req.raw.headers.get("authorization"));
    const parsed = variableChanges.safeParse(await readJson(c.req.raw, MAX_BODY_BYTES));
    if (!parsed.success) throw new HttpError(400, "BadJsonBody", z.prettifyError(parsed.error));
    const changes = parsed.data.changes.map(({ name, value }) => ({ name, value: value ?? null }));
    await pushes.changeVariables(changes);
    return new Response(null, { status: 200 });
  });
  return app;
}

async function readPush(request: Request): Promise<unknown> {
  const body = await readBody(request, MAX_PUSH_BYTES);
  if (request.headers.get("content-encoding") !== "br") return parseJson(body);
  try {
    const plain = await decompress(body, { maxOutputLength: MAX_PUSH_BYTES });
    return parseJson(plain);
  } catch (error) {
    if (error instanceof HttpError) throw error;
    throw new HttpError(
      400,
      "BadJsonBody",
      "The request's body is not valid Brotli, or too large.",
    );
  }
}
