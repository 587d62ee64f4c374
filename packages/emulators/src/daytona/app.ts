import { Hono } from "hono";
import { knownCallersOnly } from "../shared/callers.ts";
import type { FaultDesk } from "../shared/faults.ts";
import type { EmulatorEnv } from "../shared/middleware.ts";
import { controls, hasBearer, limitedBody, withFaults } from "../shared/middleware.ts";
import { answerError, DaytonaRefusal } from "./errors.ts";
import type { Fleet } from "./fleet.ts";
import type { Machines } from "./machines.ts";
import type { Previews } from "./previews.ts";
import { processRoutes } from "./process-routes.ts";
import { sandboxRoutes } from "./sandbox-routes.ts";

/** What the app serves. */
export interface DaytonaParts {
  url: string;
  apiKey: string;
  fleet: Fleet;
  machines: Machines;
  previews: Previews;
  faults: FaultDesk;
  origins: readonly string[];
}

/** The emulator's HTTP face: Daytona's API, the toolbox of each sandbox, and previews. */
export function daytonaApp(parts: DaytonaParts): Hono<EmulatorEnv> {
  const app = new Hono<EmulatorEnv>();
  // A preview is a sandbox's own site, so it comes before anything that is the emulator's.
  app.use(async (context, next) => {
    const preview = await parts.previews.serve(context);
    if (preview) return preview;
    await next();
    return undefined;
  });
  // No answer can be read by a page: front ends have no business with Daytona.
  app.use(knownCallersOnly(parts), limitedBody);
  app.route("/", controls(parts.faults));
  app.use(withFaults(parts.faults));
  app.use(async (context, next) => {
    if (!hasBearer(context, parts.apiKey)) {
      throw new DaytonaRefusal(401, "Invalid credentials");
    }
    await next();
  });
  app.route("/sandbox", sandboxRoutes(parts));
  app.route("/toolbox/:sandboxId/process", processRoutes(parts));
  app.notFound((context) => {
    const what = `${context.req.method} ${context.req.path}`;
    return answerError(new DaytonaRefusal(501, `the Daytona emulator has no ${what}`), context);
  });
  app.onError(answerError);
  return app;
}

/** The sandbox a toolbox request is for. @throws DaytonaRefusal 404, or 400 if it isn't started. */
export function startedSandbox(fleet: Fleet, sandboxId: string | undefined) {
  const sandbox = fleet.find(sandboxId ?? "");
  if (!sandbox) throw new DaytonaRefusal(404, "Sandbox not found", { source: "DAYTONA_PROXY" });
  if (sandbox.state !== "started") {
    throw new DaytonaRefusal(400, "Sandbox is not started", { source: "DAYTONA_PROXY" });
  }
  fleet.touch(sandbox);
  return sandbox;
}
