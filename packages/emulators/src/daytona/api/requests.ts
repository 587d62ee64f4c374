import { z } from "zod";

const labels = z.record(z.string(), z.string());
const interval = z.int().min(0);

/** Parameters of Daytona's that the emulator doesn't support, and answers with 501. */
const UNSUPPORTED = ["buildInfo", "volumes", "secrets", "linkedSandbox", "gpu", "spot", "kvm"];

/** Body of `POST /sandbox`. */
export const createSchema = z.looseObject({
  name: z.string().min(1).max(255).optional(),
  snapshot: z.string().min(1).optional(),
  env: z.record(z.string(), z.string()).default({}),
  labels: labels.default({}),
  public: z.boolean().default(false),
  target: z.string().default("local"),
  autoStopInterval: interval.default(15),
  autoArchiveInterval: interval.default(7 * 24 * 60),
  autoDeleteInterval: z.int().default(-1),
  ttlMinutes: interval.default(0),
});

export type CreateRequest = z.infer<typeof createSchema>;

/** The first parameter that isn't supported, if there is one. */
export function unsupportedParameter(request: CreateRequest): string | undefined {
  return UNSUPPORTED.find((name) => {
    const value = request[name];
    return Array.isArray(value) ? value.length > 0 : Boolean(value);
  });
}

const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue("is not JSON");
    return z.NEVER;
  }
});

/** A position in the list: after the sandbox with this creation time and this id. */
const cursor = z
  .string()
  .transform((text) => Buffer.from(text, "base64url").toString())
  .pipe(json)
  .pipe(z.tuple([z.number(), z.string()]));

/** Query of `GET /sandbox`, without `states`, which can be repeated. */
export const listSchema = z.strictObject({
  cursor: cursor.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(100),
  labels: json.pipe(labels).optional(),
  id: z.string().optional(),
  name: z.string().optional(),
});

export type ListRequest = z.infer<typeof listSchema> & { states: string[] };

/** The cursor of the page after a sandbox. */
export function cursorAfter(sandbox: { createdAt: number; id: string }): string {
  return Buffer.from(JSON.stringify([sandbox.createdAt, sandbox.id])).toString("base64url");
}
