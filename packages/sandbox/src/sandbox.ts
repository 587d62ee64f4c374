import * as z from "zod"; // not `{ z }`: that bundles all of it, in sixty languages

/** Daytona's states, folded into those a caller tells apart. */
export const SANDBOX_STATES = [
  "creating",
  "starting",
  "started",
  "stopping",
  "stopped",
  "archiving",
  "archived",
  "destroying",
  "destroyed",
  "error",
  "unknown",
] as const;

/** One of `SANDBOX_STATES`. */
export type SandboxState = (typeof SANDBOX_STATES)[number];

/** A sandbox, as plain data. */
export interface Sandbox {
  id: string;
  name: string;
  state: SandboxState;
  /** In state `error`: whether `recover` may help. */
  recoverable: boolean;
  labels: Record<string, string>;
  /** ISO 8601. */
  createdAt: string | null;
  errorReason: string | null;
}

/** Every state of `@daytona/api-client` 0.218; one that isn't here yet folds to `unknown`. */
const FOLDED: Record<string, SandboxState> = {
  creating: "creating",
  pending_build: "creating",
  building_snapshot: "creating",
  pulling_snapshot: "creating",
  restoring: "starting",
  resuming: "starting",
  starting: "starting",
  started: "started",
  stopping: "stopping",
  pausing: "stopping",
  stopped: "stopped",
  paused: "stopped",
  archiving: "archiving",
  archived: "archived",
  destroying: "destroying",
  destroyed: "destroyed",
  error: "error",
  build_failed: "error",
};

/** What of Daytona's sandbox is read; everything else is left behind. */
export const sandboxSchema = z
  .object({
    id: z.string().min(1),
    name: z.string(),
    state: z.string().default("unknown"),
    recoverable: z.boolean().nullish(),
    labels: z.record(z.string(), z.string()).nullish(),
    createdAt: z.string().nullish(),
    errorReason: z.string().nullish(),
  })
  .transform((raw): Sandbox => ({
    id: raw.id,
    name: raw.name,
    state: FOLDED[raw.state] ?? "unknown",
    recoverable: raw.recoverable ?? false,
    labels: raw.labels ?? {},
    createdAt: raw.createdAt ?? null,
    errorReason: raw.errorReason ?? null,
  }));

/** The answer to a request for a change: the sandbox, or nothing at all (204). */
export const changeSchema = z.union([z.literal(""), z.undefined(), sandboxSchema]);

/** One page of `GET /sandbox`. */
export const pageSchema = z.object({
  items: z.array(sandboxSchema),
  nextCursor: z.string().nullish(),
});

/** The outcome of a command. */
export const commandSchema = z.object({ exitCode: z.int(), result: z.string() });

/** A signed preview. */
export const previewSchema = z.object({ url: z.url() });

/**
 * An id or a name in a form that can be part of a URL's path without changing its meaning
 * (`..` would).
 */
export const idSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/);
