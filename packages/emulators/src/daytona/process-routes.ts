import { Hono } from "hono";
import { z } from "zod";
import type { EmulatorEnv } from "../shared/middleware.ts";
import { readJson } from "../shared/middleware.ts";
import type { DaytonaParts } from "./app.ts";
import { startedSandbox } from "./app.ts";
import { parsed } from "./errors.ts";

const DEFAULT_TIMEOUT_SECONDS = 360; // the toolbox's own

const executeSchema = z.object({
  command: z.string().min(1),
  cwd: z.string().optional(),
  envs: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string()).optional(),
  timeout: z.int().min(0).default(DEFAULT_TIMEOUT_SECONDS),
});

/** The toolbox's process endpoints, below `/toolbox/:sandboxId/process`. */
export function processRoutes({ fleet, machines }: DaytonaParts): Hono<EmulatorEnv> {
  const app = new Hono<EmulatorEnv>();
  app.post("/execute", async (context) => {
    const sandbox = startedSandbox(fleet, context.req.param("sandboxId"));
    const { timeout: timeoutSeconds, ...input } = parsed(executeSchema, await readJson(context));
    const response = await machines.execute(sandbox, { ...input, timeoutSeconds });
    startedSandbox(fleet, sandbox.id); // one that was stopped meanwhile has no result to give
    return context.json(response);
  });
  return app;
}
