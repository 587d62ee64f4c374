import { z } from "zod";

/** States a sandbox rests in, waiting for the next request. */
export const RESTING = ["started", "stopped", "archived", "error"] as const;

/** States that pass by themselves. */
export const PASSING = [
  "creating",
  "starting",
  "restoring",
  "stopping",
  "archiving",
  "destroying",
] as const;

export type RestingState = (typeof RESTING)[number];
export type PassingState = (typeof PASSING)[number];
/** The states the emulator knows, of Daytona's longer list; one that is destroyed has no row. */
export type State = RestingState | PassingState;

/** A sandbox as the emulator keeps it. Times are epoch milliseconds, intervals minutes. */
export const sandboxSchema = z.object({
  id: z.string(),
  name: z.string(),
  snapshot: z.string().optional(),
  env: z.record(z.string(), z.string()),
  labels: z.record(z.string(), z.string()),
  public: z.boolean(),
  target: z.string(),
  state: z.enum([...RESTING, ...PASSING]),
  errorReason: z.string().optional(),
  recoverable: z.boolean(),
  /** Set by a fault: the change under way ends in `error`. */
  doom: z.object({ reason: z.string(), recoverable: z.boolean() }).optional(),
  autoStopInterval: z.int(),
  autoArchiveInterval: z.int(),
  autoDeleteInterval: z.int(),
  autoDestroyAt: z.number().optional(),
  createdAt: z.number(),
  updatedAt: z.number(),
  lastActivityAt: z.number(),
});

/** See `sandboxSchema`. */
export type SandboxRow = z.infer<typeof sandboxSchema>;

/** A signed preview: who has the token sees the port until it expires (epoch milliseconds). */
export const previewSchema = z.object({
  token: z.string(),
  sandboxId: z.string(),
  port: z.int(),
  expiresAt: z.number(),
});

/** See `previewSchema`. */
export type PreviewRow = z.infer<typeof previewSchema>;
