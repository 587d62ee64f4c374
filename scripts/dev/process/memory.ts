import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { CommandFailure, messageOf } from "../../lib/failure.ts";

const portSchema = z.number().int().min(1).max(65_535);

const memorySchema = z.object({
  /** The ports last used. Token issuers and preview links hold them, so they stay the same. */
  ports: z
    .object({
      deployment: portSchema,
      site: portSchema,
      clerk: portSchema,
      daytona: portSchema,
      stripe: portSchema,
      model: portSchema,
      example: portSchema,
    })
    .partial(),
  /** SHA-256 of each value written into the deployment's environment: what still matches is ours to update. */
  variables: z.record(z.string(), z.string()),
});

/** What `bun run dev` remembers about a data folder from one start to the next. */
export type Memory = z.infer<typeof memorySchema>;

const NOTHING_YET: Memory = { ports: {}, variables: {} };

/**
 * Reads the memory of a data folder; empty at the first start.
 * @throws CommandFailure `DATA_FOLDER_CORRUPT` when the file is there and makes no sense
 */
export function recall(dataDir: string): Memory {
  const file = join(dataDir, "dev.json");
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return NOTHING_YET;
    throw error;
  }
  try {
    return memorySchema.parse(JSON.parse(text));
  } catch (error) {
    throw new CommandFailure(
      "DATA_FOLDER_CORRUPT",
      `${file} is damaged (${messageOf(error)}). Delete it to have it made anew: people, projects and sandboxes are kept elsewhere.`,
      { cause: error },
    );
  }
}

/** Writes the memory so that a crash leaves either the old one or the new one. */
export function remember(dataDir: string, memory: Memory): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const temporary = join(dataDir, "dev.json.new");
  writeFileSync(temporary, `${JSON.stringify(memory, null, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, join(dataDir, "dev.json"));
}
