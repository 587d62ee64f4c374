import type { ListSandboxesResponse, Sandbox } from "@daytona/api-client";
import type { Context } from "hono";
import { Hono } from "hono";
import { z } from "zod";
import type { EmulatorEnv } from "../../shared/middleware.ts";
import { readJson } from "../../shared/middleware.ts";
import type { DaytonaParts } from "../app.ts";
import { toSandboxJson } from "../sandboxes/sandbox-json.ts";
import { DaytonaError, validate } from "../errors.ts";
import type { ForcedFailure } from "../sandboxes/sandbox-store.ts";
import type { Operation } from "../sandboxes/state-machine.ts";
import { createSchema, cursorAfter, listSchema, unsupportedParameter } from "./requests.ts";
import type { SandboxRow } from "../sandboxes/rows.ts";

const portSchema = z.coerce.number().int().min(1).max(65_535);
const expirySchema = z.coerce.number().int().min(1).max(86_400).default(60); // seconds; Daytona's own

/** Daytona's API of sandboxes, below `/sandbox`. */
export function sandboxRoutes({ url, sandboxes, previews }: DaytonaParts): Hono<EmulatorEnv> {
  const app = new Hono<EmulatorEnv>();
  const toJson = (row: SandboxRow): Sandbox => toSandboxJson(row, `${url}/toolbox`);
  const found = (context: Context): SandboxRow => {
    const idOrName = context.req.param("id") ?? "";
    const sandbox = sandboxes.find(idOrName);
    if (!sandbox) throw new DaytonaError(404, `Sandbox with ID or name ${idOrName} not found`);
    return sandbox;
  };
  const operate = (context: Context<EmulatorEnv>, operation: Operation): Response =>
    context.json(toJson(sandboxes.operate(found(context), operation, forcedFailureOf(context))));

  app.post("/", async (context) => {
    const request = validate(createSchema, await readJson(context));
    const unsupported = unsupportedParameter(request);
    if (unsupported !== undefined) {
      throw new DaytonaError(501, `the Daytona emulator has no ${unsupported}`);
    }
    const forcedFailure = forcedFailureOf(context);
    const created = sandboxes.create(request, forcedFailure);
    // Daytona answers after the start. If that fails, the sandbox exists all the same.
    if (forcedFailure) {
      const { errorReason } = sandboxes.fail(created);
      throw new DaytonaError(400, `Sandbox failed to start: ${errorReason ?? ""}`);
    }
    return context.json(toJson(created));
  });
  app.get("/", (context) => {
    const { states = [], ...query } = context.req.queries();
    const single = Object.fromEntries(Object.entries(query).map(([key, [value]]) => [key, value]));
    const { items, more } = sandboxes.list({ ...validate(listSchema, single), states });
    const last = items.at(-1);
    const response: ListSandboxesResponse = {
      items: items.map((row) => listItem(toJson(row))),
      nextCursor: more && last ? cursorAfter(last) : null,
    };
    return context.json(response);
  });
  app.get("/:id", (context) => {
    const sandbox = found(context);
    sandboxes.recordRead(sandbox);
    return context.json(toJson(sandbox));
  });
  app.delete("/:id", (context) => operate(context, "delete"));
  app.post("/:id/start", (context) => operate(context, "start"));
  app.post("/:id/stop", (context) => operate(context, "stop"));
  app.post("/:id/archive", (context) => operate(context, "archive"));
  app.post("/:id/recover", (context) => operate(context, "recover"));
  app.post("/:id/last-activity", (context) => {
    sandboxes.recordActivity(found(context));
    return context.body(null, 204);
  });
  app.get("/:id/ports/:port/signed-preview-url", (context) => {
    const port = validate(portSchema, context.req.param("port"));
    const seconds = validate(expirySchema, context.req.query("expiresInSeconds"));
    return context.json(previews.sign(found(context), port, seconds));
  });
  return app;
}

/** The error that a fault forces the transition into, if there is one. */
function forcedFailureOf(context: Context<EmulatorEnv>): ForcedFailure | undefined {
  const fault = context.get("fault");
  if (typeof fault !== "object" || !("error" in fault)) return undefined;
  return { reason: fault.error, recoverable: fault.recoverable ?? false };
}

/** Lists don't contain the environment. */
function listItem({ env: _env, ...item }: Sandbox): Omit<Sandbox, "env"> {
  return item;
}
