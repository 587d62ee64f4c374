import { z } from "zod";

/** States that only a request, or an auto interval, changes. */
export const AT_REST = ["started", "stopped", "archived", "error"] as const;

/** States that end by themselves. */
export const TRANSITIONAL = [
  "creating",
  "starting",
  "restoring",
  "stopping",
  "archiving",
  "destroying",
] as const;

export type StateAtRest = (typeof AT_REST)[number];
export type TransitionalState = (typeof TRANSITIONAL)[number];
/** Those of Daytona's states that the emulator has. A sandbox that is destroyed has no row. */
export type State = StateAtRest | TransitionalState;

/** A sandbox, as the emulator stores it. Times are epoch milliseconds, intervals are minutes. */
export const sandboxSchema = z.object({
  id: z.string(),
  name: z.string(),
  snapshot: z.string().optional(),
  env: z.record(z.string(), z.string()),
  labels: z.record(z.string(), z.string()),
  public: z.boolean(),
  target: z.string(),
  state: z.enum([...AT_REST, ...TRANSITIONAL]),
  errorReason: z.string().optional(),
  recoverable: z.boolean(),
  /** Set by a fault: the transition under way ends in `error`. */
  forcedFailure: z.object({ reason: z.string(), recoverable: z.boolean() }).optional(),
  autoStopInterval: z.int(),
  autoArchiveInterval: z.int(),
  autoDeleteInterval: z.int(),
  autoDestroyAt: z.number().optional(),
  createdAt: z.number(),
  updatedAt: z.number(),
  lastActivityAt: z.number(),
});

export type SandboxRow = z.infer<typeof sandboxSchema>;

/** A signed preview: the token opens the port until `expiresAt` (epoch milliseconds). */
export const previewSchema = z.object({
  token: z.string(),
  sandboxId: z.string(),
  port: z.int(),
  expiresAt: z.number(),
});

export type PreviewRow = z.infer<typeof previewSchema>;
