/** The function log of a deployment, as `npx convex logs` reads it. */
import { z } from "zod";
import type { Target } from "../../scripts/lib/convex-cli.ts";

const usageSchema = z.object({
  databaseReadBytes: z.number(),
  databaseWriteBytes: z.number(),
  databaseReadDocuments: z.number(),
  databaseWriteDocuments: z.number(),
});

const completionSchema = z.object({
  kind: z.literal("Completion"),
  udfType: z.enum(["Query", "Mutation", "Action", "HttpAction"]),
  identifier: z.string(),
  componentPath: z.string().nullable(),
  cachedResult: z.boolean(),
  error: z.string().nullable(),
  success: z.object({ status: z.string() }).nullable(),
  logLines: z.array(z.object({ level: z.string(), messages: z.array(z.string()) })),
  requestId: z.string(),
  executionTime: z.number(), // seconds
  usageStats: usageSchema,
});

const answerSchema = z.object({ entries: z.array(completionSchema), newCursor: z.number() });

/** One execution of a function, when it is over. */
export type Completion = z.infer<typeof completionSchema>;

/** Reads a deployment's function log from where it stood at first. */
export class FunctionLog {
  #cursor: number;

  private constructor(
    private readonly target: Target,
    cursor: number,
  ) {
    this.#cursor = cursor;
  }

  /** Begins with what happens from now on. */
  static async from(target: Target): Promise<FunctionLog> {
    return new FunctionLog(target, (await read(target, 0)).newCursor);
  }

  /** The executions that have ended since the last time. Waits for one, for a minute at most. */
  async next(): Promise<Completion[]> {
    const { entries, newCursor } = await read(this.target, this.#cursor);
    this.#cursor = newCursor;
    return entries;
  }

  /** The executions up to the next one that fits, and with it. */
  async until(isIt: (completion: Completion) => boolean): Promise<Completion[]> {
    const seen: Completion[] = [];
    while (!seen.some(isIt)) seen.push(...(await this.next()));
    return seen;
  }
}

async function read({ url, adminKey }: Target, cursor: number) {
  const response = await fetch(`${url}/api/stream_function_logs?cursor=${String(cursor)}`, {
    headers: { authorization: `Convex ${adminKey}` },
  });
  if (!response.ok) throw new Error(`The function log: ${await response.text()}`);
  return answerSchema.parse(await response.json());
}
