import { Hono } from "hono";
import { allowedOriginsOnly } from "../shared/origins.ts";
import type { FaultInjector } from "../shared/faults.ts";
import type { EmulatorEnv } from "../shared/middleware.ts";
import { controlRoutes, hasBearer, limitBody, withFaults } from "../shared/middleware.ts";
import { answerError, DaytonaError } from "./errors.ts";
import type { SandboxStore } from "./sandboxes/sandbox-store.ts";
import type { SandboxRuntime } from "./runtime/sandbox-runtime.ts";
import type { Previews } from "./previews/previews.ts";
import type { StorageCredentials } from "./snapshots/aws-signature.ts";
import type { ObjectStore } from "./snapshots/object-store.ts";
import type { SnapshotStore } from "./snapshots/snapshot-store.ts";
import { objectStorageRoutes, s3Routes } from "./api/object-storage-routes.ts";
import { processRoutes } from "./api/process-routes.ts";
import { sandboxRoutes } from "./api/sandbox-routes.ts";
import { snapshotRoutes } from "./api/snapshot-routes.ts";

/** What the app is made of. */
export interface DaytonaParts {
  url: string;
  apiKey: string;
  sandboxes: SandboxStore;
  runtime: SandboxRuntime;
  previews: Previews;
  snapshots: SnapshotStore;
  objects: ObjectStore;
  storage: StorageCredentials;
  faults: FaultInjector;
  origins: readonly string[];
}

/** At its root. */
const FRONT_PAGE = {
  service: "Daytona",
  about:
    "Daytona's SDK uses it as its API, with its API key. A sandbox is a folder, and its commands are processes.",
  routes: {
    "GET /sandbox": "the sandboxes, with the key",
    "/toolbox/…/process/…": "commands in a sandbox, with the key",
    "GET /snapshots": "the snapshots, with the key",
  },
};

/** The emulator's HTTP app: Daytona's API, the toolbox of each sandbox, and previews. */
export function daytonaApp(parts: DaytonaParts): Hono<EmulatorEnv> {
  const app = new Hono<EmulatorEnv>();
  // First, because a preview serves any path, and decides by itself which pages may call it.
  app.use(async (context, next) => {
    const preview = await parts.previews.serve(context);
    if (preview) return preview;
    await next();
    return undefined;
  });
  // Without CORS headers: front ends don't call Daytona.
  app.use(allowedOriginsOnly(parts), limitBody);
  app.route("/", controlRoutes(parts.faults, FRONT_PAGE));
  app.use(withFaults(parts.faults));
  // Before the key is asked for: its requests are signed with credentials of their own.
  app.route("/s3/:bucket", s3Routes(parts));
  app.use(async (context, next) => {
    if (!hasBearer(context, parts.apiKey)) {
      throw new DaytonaError(401, "Invalid credentials");
    }
    await next();
  });
  app.route("/sandbox", sandboxRoutes(parts));
  app.route("/snapshots", snapshotRoutes(parts));
  app.route("/object-storage", objectStorageRoutes(parts));
  app.route("/toolbox/:sandboxId/process", processRoutes(parts));
  app.notFound((context) => {
    const what = `${context.req.method} ${context.req.path}`;
    return answerError(new DaytonaError(501, `the Daytona emulator has no ${what}`), context);
  });
  app.onError(answerError);
  return app;
}

/** The sandbox that a toolbox request is for. @throws DaytonaError 404, or 400 if it isn't started. */
export function startedSandbox(sandboxes: SandboxStore, sandboxId: string | undefined) {
  const sandbox = sandboxes.find(sandboxId ?? "");
  if (!sandbox) throw new DaytonaError(404, "Sandbox not found", { source: "DAYTONA_PROXY" });
  if (sandbox.state !== "started") {
    throw new DaytonaError(400, "Sandbox is not started", { source: "DAYTONA_PROXY" });
  }
  sandboxes.recordActivity(sandbox);
  return sandbox;
}
