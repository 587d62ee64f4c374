import { z } from "zod";

/** Those of Daytona's states that the emulator has. A snapshot that is removed has no row. */
export const SNAPSHOT_STATES = [
  "pending",
  "building",
  "active",
  "inactive",
  "build_failed",
  "removing",
] as const;

export type SnapshotState = (typeof SNAPSHOT_STATES)[number];

/** A snapshot, as the emulator stores it. Times are epoch milliseconds, memory and disk are GiB. */
export const snapshotSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** Everyone's, and not made here: the ones that the emulator is started with. */
  general: z.boolean(),
  state: z.enum(SNAPSHOT_STATES),
  cpu: z.int(),
  memory: z.int(),
  disk: z.int(),
  dockerfile: z.string(),
  contextHashes: z.array(z.string()),
  /** Set by a fault: the build fails for this reason. */
  forcedFailure: z.string().optional(),
  errorReason: z.string().optional(),
  /** The lines of the build so far. */
  logs: z.array(z.string()),
  createdAt: z.number(),
  updatedAt: z.number(),
});

export type SnapshotRow = z.infer<typeof snapshotSchema>;
