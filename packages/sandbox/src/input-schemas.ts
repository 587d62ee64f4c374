import * as z from "zod"; // not `{ z }`: that bundles all of it, in sixty languages
import { SandboxError } from "./errors.ts";
import { RESERVED_PREFIX } from "./session-scripts.ts";

const labels = z.record(z.string(), z.string());

/**
 * The id or the name of a sandbox, or the id of a command. It becomes part of a URL's path, whose
 * meaning `..` or a slash would change.
 */
export const idSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/);

export const createSchema = z.object({
  name: idSchema,
  labels,
  snapshot: z.string().min(1).optional(),
  /** Minutes without activity until the sandbox is stopped; 0 is never. */
  autoStopMinutes: z.int().min(0),
  /** Minutes that it is stopped until it is archived; 0 is Daytona's maximum. */
  autoArchiveMinutes: z.int().min(0),
});
/** What a sandbox is created with. */
export type CreateSandboxInput = z.infer<typeof createSchema>;

export const listSchema = z.object({
  labels,
  cursor: z.string().min(1).optional(),
  limit: z.int().min(1).max(200).optional(),
});
/** Which sandboxes to list: those with all of `labels`, from `cursor` on. */
export type ListSandboxesInput = z.infer<typeof listSchema>;

/** A session's name: part of a path, of a file's name, and of a command. */
export const sessionNameSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,99}$/);

export const startCommandSchema = z.object({
  /** One command for each name, ever. */
  session: sessionNameSchema,
  /** A line for bash, or for `sh` where there is no bash. */
  command: z.string().min(1),
  /**
   * Reaches the command's process, and nothing else. A value can't contain a NUL, which would end it,
   * and the scripts' own variables can't be set.
   */
  env: z
    .record(
      z.string().regex(new RegExp(`^(?!${RESERVED_PREFIX})[A-Za-z_][A-Za-z0-9_]*$`)),
      z.string().refine((value) => !value.includes("\0"), "contains a NUL"),
    )
    .optional(),
});
/** A command to start in a session of its own. */
export type StartCommandInput = z.infer<typeof startCommandSchema>;

export const readCommandSchema = z.object({
  session: sessionNameSchema,
  commandId: idSchema,
  /** In bytes of the standard output. */
  offset: z.int().min(0),
  /** The maximum number of bytes to read; with 0, only the exit code is read. */
  limit: z.int().min(0).max(1_000_000),
  /** Read the last lines of its standard error also while it runs. */
  withErrors: z.boolean().optional(),
});
/** Which command to read, and which part of its output. */
export type ReadCommandInput = z.infer<typeof readCommandSchema>;

export const previewSchema = z.object({
  port: z.int().min(1).max(65_535),
  expiresInSeconds: z.int().min(1).max(86_400), // Daytona's maximum is a day
});
/** Which port of a sandbox to show, and for how long. */
export type PreviewInput = z.infer<typeof previewSchema>;

/** Checks an argument. @throws SandboxError `INVALID`, naming the part that is wrong. */
export function validate<Output>(schema: z.ZodType<Output>, value: unknown): Output {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const where = issue?.path.join(".") ?? "";
  throw new SandboxError("INVALID", `${where || "argument"}: ${issue?.message ?? "is invalid"}`);
}
