import type { Session as SessionJson, SessionExecuteResponse } from "@daytona/toolbox-api-client";
import { Hono } from "hono";
import { z } from "zod";
import type { EmulatorEnv } from "../shared/middleware.ts";
import { readJson } from "../shared/middleware.ts";
import type { DaytonaParts } from "./app.ts";
import { startedSandbox } from "./app.ts";
import { daemonRefusal, parsed } from "./errors.ts";
import type { Session } from "./sessions.ts";

const DEFAULT_TIMEOUT_SECONDS = 360; // the toolbox's own

const executeSchema = z.object({
  command: z.string().min(1),
  cwd: z.string().optional(),
  envs: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string()).optional(),
  timeout: z.int().min(0).default(DEFAULT_TIMEOUT_SECONDS),
});
const createSessionSchema = z.object({ sessionId: z.string().min(1).max(255) });
const sessionExecuteSchema = z.object({
  command: z.string().min(1),
  runAsync: z.boolean().optional(),
  async: z.boolean().optional(),
});

/** The toolbox's process endpoints, below `/toolbox/:sandboxId/process`. */
export function processRoutes({ fleet, machines }: DaytonaParts): Hono<EmulatorEnv> {
  const app = new Hono<EmulatorEnv>();
  const sandboxOf = (context: { req: { param(name: string): string | undefined } }) =>
    startedSandbox(fleet, context.req.param("sandboxId"));

  app.post("/execute", async (context) => {
    const sandbox = sandboxOf(context);
    const { timeout: timeoutSeconds, ...input } = parsed(executeSchema, await readJson(context));
    const response = await machines.execute(sandbox, { ...input, timeoutSeconds });
    startedSandbox(fleet, sandbox.id); // one that was stopped meanwhile has no result to give
    return context.json(response);
  });
  app.get("/session", (context) =>
    context.json(machines.sessions(sandboxOf(context)).map(sessionJson)),
  );
  app.post("/session", async (context) => {
    const sandbox = sandboxOf(context);
    const { sessionId } = parsed(createSessionSchema, await readJson(context));
    await machines.createSession(sandbox, sessionId);
    return context.body(null, 201);
  });
  app.get("/session/:session", (context) =>
    context.json(sessionJson(machines.session(sandboxOf(context), context.req.param("session")))),
  );
  app.delete("/session/:session", (context) => {
    machines.deleteSession(sandboxOf(context), context.req.param("session"));
    return context.body(null, 204);
  });
  app.post("/session/:session/exec", async (context) => {
    const session = machines.session(sandboxOf(context), context.req.param("session"));
    const input = parsed(sessionExecuteSchema, await readJson(context));
    const isAsync = input.runAsync === true || input.async === true;
    const cmdId = session.execute(input.command, isAsync);
    if (isAsync) return context.json({ cmdId }, 202);
    await session.ended(cmdId);
    const { exitCode } = session.command(cmdId);
    const response: SessionExecuteResponse = {
      cmdId,
      ...(exitCode === undefined ? {} : { exitCode }),
      ...session.logs(cmdId),
    };
    return context.json(response);
  });
  app.get("/session/:session/command/:command", (context) => {
    const session = machines.session(sandboxOf(context), context.req.param("session"));
    return context.json(session.command(context.req.param("command")));
  });
  app.get("/session/:session/command/:command/logs", (context) => {
    const session = machines.session(sandboxOf(context), context.req.param("session"));
    if (context.req.query("follow") === "true") {
      throw daemonRefusal(501, "the Daytona emulator doesn't stream logs: read them repeatedly");
    }
    return context.json(session.logs(context.req.param("command")));
  });
  return app;
}

function sessionJson(session: Session): SessionJson {
  return { sessionId: session.id, commands: session.commands() };
}
