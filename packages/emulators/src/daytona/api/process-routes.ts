import { Hono } from "hono";
import { z } from "zod";
import type { EmulatorEnv } from "../../shared/middleware.ts";
import { readJson } from "../../shared/middleware.ts";
import type { DaytonaParts } from "../app.ts";
import { startedSandbox } from "../app.ts";
import { validate } from "../errors.ts";

const DEFAULT_TIMEOUT_SECONDS = 360; // the toolbox's own

const executeSchema = z.object({
  command: z.string().min(1),
  cwd: z.string().optional(),
  envs: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string()).optional(),
  timeout: z.int().min(0).default(DEFAULT_TIMEOUT_SECONDS),
});

/** The toolbox's `POST /execute`, below `/toolbox/:sandboxId/process`. */
export function processRoutes({ sandboxes, runtime }: DaytonaParts): Hono<EmulatorEnv> {
  const app = new Hono<EmulatorEnv>();
  app.post("/execute", async (context) => {
    const sandbox = startedSandbox(sandboxes, context.req.param("sandboxId"));
    const { timeout: timeoutSeconds, ...input } = validate(executeSchema, await readJson(context));
    const response = await runtime.execute(sandbox, { ...input, timeoutSeconds });
    startedSandbox(sandboxes, sandbox.id); // fails if it was stopped meanwhile
    return context.json(response);
  });
  return app;
}
