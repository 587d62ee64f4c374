/**
 * What is made from the functions themselves, by the official CLI and one local deployment:
 * - `bun run codegen`: `convex/_generated`;
 * - `bun run reference`: the function reference, docs/functions.md and its section of the README.
 *
 * With `--check` nothing is changed, and it fails when something is not current. `bun run check` asks for both at once.
 */
import { parseArgs } from "node:util";
import type { Target } from "../lib/convex-cli.ts";
import { messageOf } from "../lib/failure.ts";
import { readSpec } from "../lib/function-spec.ts";
import { makeReference } from "./reference.ts";
import { withPushedFunctions } from "./deployment.ts";
import {
  differences,
  readFiles,
  readGeneratedCode,
  restoreGeneratedCode,
  writeFiles,
  type Difference,
} from "./files.ts";

const PARTS = ["codegen", "reference"];

/** Makes the parts, and puts back what is only checked. @returns what was not current */
async function generate(parts: string[], check: boolean): Promise<Difference[]> {
  const codegen = parts.includes("codegen");
  const before = readGeneratedCode();
  try {
    return await withPushedFunctions({ codegen }, async (deployment) => [
      ...differences(before, readGeneratedCode()),
      ...(parts.includes("reference") ? await updateReference(deployment, check) : []),
    ]);
  } finally {
    if (check) restoreGeneratedCode(before);
  }
}

async function updateReference(deployment: Target, check: boolean): Promise<Difference[]> {
  const after = await makeReference(await readSpec(deployment));
  const before = readFiles(after.keys());
  if (!check) writeFiles(after);
  return differences(before, after);
}

function describe({ path, line }: Difference): string {
  return `${path} is not current, from line ${line}: run \`bun run ${
    path.startsWith("convex/") ? "codegen" : "reference"
  }\` and commit it.\n`;
}

const { values, positionals } = parseArgs({
  options: { check: { type: "boolean", default: false } },
  allowPositionals: true,
});
const unknown = positionals.filter((part) => !PARTS.includes(part));
try {
  if (unknown.length > 0) throw new Error(`There is no ${unknown.join(", ")} to generate.`);
  const stale = await generate(positionals.length > 0 ? positionals : PARTS, values.check);
  for (const difference of stale) {
    if (values.check) process.stderr.write(describe(difference));
    else process.stdout.write(`Wrote ${difference.path}.\n`);
  }
  process.exit(values.check && stale.length > 0 ? 1 : 0);
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(1);
}
