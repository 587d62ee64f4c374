import * as z from "zod"; // not `{ z }`: that bundles all of it, in sixty languages
import type { ReadCommandInput, StartCommandInput } from "./background.ts";
import type { CreateInput, ListInput, RunInput } from "./door.ts";
import { idSchema } from "./sandbox.ts";
import { RESERVED_PREFIX } from "./session-scripts.ts";

const labels = z.record(z.string(), z.string());
const env = z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string());
const minutes = z.int().min(0);

/** What `create` takes. */
export const createSchema: z.ZodType<CreateInput> = z.object({
  name: idSchema,
  labels,
  snapshot: z.string().min(1).optional(),
  env: env.optional(),
  autoStopMinutes: minutes,
  autoArchiveMinutes: minutes,
  autoDeleteMinutes: minutes.optional(),
});

/** What `list` takes. */
export const listSchema: z.ZodType<ListInput> = z.object({
  labels,
  cursor: z.string().min(1).optional(),
  limit: z.int().min(1).max(200).optional(),
});

/** What `run` takes; an hour is past what any caller here may wait. */
export const runSchema: z.ZodType<RunInput> = z.object({
  command: z.string().min(1),
  cwd: z.string().min(1).optional(),
  env: env.optional(),
  timeoutSeconds: z.int().min(1).max(3_600),
});

/** What `previewUrl` takes; Daytona's longest preview is a day. */
export const previewInputSchema = z.object({
  port: z.int().min(1).max(65_535),
  expiresInSeconds: z.int().min(1).max(86_400),
});

/** A session's name: part of a path, of a file's name, and of a command. */
export const sessionNameSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,99}$/);

/**
 * What `startCommand` takes. No value may hold a NUL, at which an environment would end it, and no
 * name may be one of the scripts' own.
 */
export const startCommandSchema: z.ZodType<StartCommandInput> = z.object({
  session: sessionNameSchema,
  command: z.string().min(1),
  env: z
    .record(
      z.string().regex(new RegExp(`^(?!${RESERVED_PREFIX})[A-Za-z_][A-Za-z0-9_]*$`)),
      z.string().refine((value) => !value.includes("\0"), "contains a NUL"),
    )
    .optional(),
});

/** What `readCommand` takes. */
export const readCommandSchema: z.ZodType<ReadCommandInput> = z.object({
  session: sessionNameSchema,
  commandId: idSchema,
  offset: z.int().min(0),
  limit: z.int().min(0).max(1_000_000),
});
