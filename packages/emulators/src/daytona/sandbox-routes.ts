import type { ListSandboxesResponse, Sandbox } from "@daytona/api-client";
import type { Context } from "hono";
import { Hono } from "hono";
import { z } from "zod";
import type { EmulatorEnv } from "../shared/middleware.ts";
import { readJson } from "../shared/middleware.ts";
import type { DaytonaParts } from "./app.ts";
import { toSandboxJson } from "./describe.ts";
import { DaytonaRefusal, parsed } from "./errors.ts";
import type { Doom } from "./fleet.ts";
import type { Operation } from "./machine.ts";
import { createSchema, cursorAfter, listSchema, unsupportedParameter } from "./requests.ts";
import type { SandboxRow } from "./rows.ts";

const portSchema = z.coerce.number().int().min(1).max(65_535);
const expirySchema = z.coerce.number().int().min(1).max(86_400).default(60); // seconds; Daytona's own

/** Daytona's API: sandboxes and all that is done to them from outside. */
export function sandboxRoutes({ url, fleet, previews }: DaytonaParts): Hono<EmulatorEnv> {
  const app = new Hono<EmulatorEnv>();
  const toJson = (row: SandboxRow): Sandbox => toSandboxJson(row, `${url}/toolbox`);
  const found = (context: Context): SandboxRow => {
    const idOrName = context.req.param("id") ?? "";
    const sandbox = fleet.find(idOrName);
    if (!sandbox) throw new DaytonaRefusal(404, `Sandbox with ID or name ${idOrName} not found`);
    return sandbox;
  };
  const operate = (context: Context<EmulatorEnv>, operation: Operation): Response =>
    context.json(toJson(fleet.operate(found(context), operation, doomOf(context))));

  app.post("/", async (context) => {
    const request = parsed(createSchema, await readJson(context));
    const unsupported = unsupportedParameter(request);
    if (unsupported !== undefined) {
      throw new DaytonaRefusal(501, `the Daytona emulator has no ${unsupported}`);
    }
    const doom = doomOf(context);
    const created = fleet.create(request, doom);
    // Daytona waits for the start before it answers. When that fails, the sandbox is there all the same.
    if (doom) {
      const { errorReason } = fleet.fail(created);
      throw new DaytonaRefusal(400, `Sandbox failed to start: ${errorReason ?? ""}`);
    }
    return context.json(toJson(created));
  });
  app.get("/", (context) => {
    const { states = [], ...query } = context.req.queries();
    const single = Object.fromEntries(Object.entries(query).map(([key, [value]]) => [key, value]));
    const { items, more } = fleet.list({ ...parsed(listSchema, single), states });
    const last = items.at(-1);
    const response: ListSandboxesResponse = {
      items: items.map((row) => listItem(toJson(row))),
      nextCursor: more && last ? cursorAfter(last) : null,
    };
    return context.json(response);
  });
  app.get("/:id", (context) => {
    const sandbox = found(context);
    fleet.seen(sandbox);
    return context.json(toJson(sandbox));
  });
  app.delete("/:id", (context) => operate(context, "delete"));
  app.post("/:id/start", (context) => operate(context, "start"));
  app.post("/:id/stop", (context) => operate(context, "stop"));
  app.post("/:id/archive", (context) => operate(context, "archive"));
  app.post("/:id/recover", (context) => operate(context, "recover"));
  app.post("/:id/last-activity", (context) => {
    fleet.touch(found(context));
    return context.body(null, 204);
  });
  app.get("/:id/ports/:port/signed-preview-url", (context) => {
    const port = parsed(portSchema, context.req.param("port"));
    const seconds = parsed(expirySchema, context.req.query("expiresInSeconds"));
    return context.json(previews.sign(found(context), port, seconds));
  });
  return app;
}

/** How a fault wants the change to end, if one does. */
function doomOf(context: Context<EmulatorEnv>): Doom | undefined {
  const fault = context.get("fault");
  if (typeof fault !== "object" || !("error" in fault)) return undefined;
  return { reason: fault.error, recoverable: fault.recoverable ?? false };
}

/** A list shows no environment. */
function listItem({ env: _env, ...item }: Sandbox): Omit<Sandbox, "env"> {
  return item;
}
