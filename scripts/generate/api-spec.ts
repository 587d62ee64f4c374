/** The types of the public functions, for clients that can't import `convex/_generated`: docs/client/api.ts. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { nodePath } from "../lib/convex-cli.ts";
import { formatted, type Files } from "./files.ts";

/** The file, from the root. */
export const API_SPEC = "docs/client/api.ts";

const CONVEX_HELPERS = fileURLToPath(
  new URL("../../node_modules/convex-helpers/bin.cjs", import.meta.url),
);

const HEADER = `/**
 * The public functions of Quaver's backend, for a front end in another repository: copy this file there.
 * Made by "bun run api-spec", which runs "convex-helpers ts-api-spec".
 */
`;

/**
 * Makes the file, as it should be.
 *
 * @param spec - what `convex function-spec` prints
 */
export async function makeApiSpec(spec: string): Promise<Files> {
  const folder = mkdtempSync(join(tmpdir(), "quaver-api-spec-"));
  try {
    writeFileSync(join(folder, "spec.json"), spec);
    const flags = ["ts-api-spec", "--input-file", "spec.json", "--output-file", "api"];
    await promisify(execFile)(nodePath(), [CONVEX_HELPERS, ...flags], { cwd: folder });
    const made = readFileSync(join(folder, "api.ts"), "utf8");
    return await formatted(API_SPEC, HEADER + withoutInternal(made));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A client has no use for the empty list of internal functions. */
function withoutInternal(code: string): string {
  return code
    .replace(/^export const internal.*\n/m, "")
    .replace(/^export type InternalApiType.*\n/m, "");
}
