import * as z from "zod"; // not `{ z }`: that bundles all of it, in sixty languages
import type { SandboxState } from "./states.ts";
import { toSandboxState } from "./states.ts";

/** A sandbox, as plain data. */
export interface Sandbox {
  id: string;
  name: string;
  state: SandboxState;
  /** In state `error`: whether Daytona says that recovering it may help. */
  recoverable: boolean;
  labels: Record<string, string>;
  /** ISO 8601. */
  createdAt: string | null;
  errorReason: string | null;
}

/** Daytona's sandbox, reduced to a `Sandbox`. */
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
    state: toSandboxState(raw.state),
    recoverable: raw.recoverable ?? false,
    labels: raw.labels ?? {},
    createdAt: raw.createdAt ?? null,
    errorReason: raw.errorReason ?? null,
  }));

/** The answer to a requested transition: the sandbox, or nothing (204). */
export const transitionSchema = z.union([z.literal(""), z.undefined(), sandboxSchema]);

/** One page of `GET /sandbox`. */
export const pageSchema = z.object({
  items: z.array(sandboxSchema),
  nextCursor: z.string().nullish(),
});

/** The result of a command. */
export const commandSchema = z.object({ exitCode: z.int(), result: z.string() });

/** A signed preview. */
export const signedPreviewSchema = z.object({ url: z.url() });
