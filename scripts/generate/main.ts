/**
 * What is made from the functions themselves, by the official CLI and one local deployment:
 * - `bun run codegen`: `convex/_generated`;
 * - `bun run reference`: the function reference, docs/functions.md;
 * - `bun run api-spec`: the functions' types for clients in other repositories, docs/client/api.ts.
 *
 * With `--check` nothing is changed, and it fails when something is not current. `bun run check` asks for all at once.
 */
import { parseArgs } from "node:util";
import type { Target } from "../lib/convex-cli.ts";
import { messageOf } from "../lib/failure.ts";
import { parseSpec, readSpecText } from "../lib/function-spec.ts";
import { API_SPEC, makeApiSpec } from "./api-spec.ts";
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

const PARTS = ["codegen", "reference", "api-spec"];

/** Makes the parts, and puts back what is only checked. @returns what was not current */
async function generate(parts: string[], check: boolean): Promise<Difference[]> {
  const codegen = parts.includes("codegen");
  const before = readGeneratedCode();
  try {
    return await withPushedFunctions({ codegen }, async (deployment) => [
      ...differences(before, readGeneratedCode()),
      ...(await updateFiles(deployment, parts, check)),
    ]);
  } finally {
    if (check) restoreGeneratedCode(before);
  }
}

async function updateFiles(
  deployment: Target,
  parts: string[],
  check: boolean,
): Promise<Difference[]> {
  const spec = await readSpecText(deployment);
  const after = new Map([
    ...(parts.includes("reference") ? await makeReference(parseSpec(spec)) : []),
    ...(parts.includes("api-spec") ? await makeApiSpec(spec) : []),
  ]);
  const before = readFiles(after.keys());
  if (!check) writeFiles(after);
  return differences(before, after);
}

function describe({ path, line }: Difference): string {
  const part = path.startsWith("convex/")
    ? "codegen"
    : path === API_SPEC
      ? "api-spec"
      : "reference";
  return `${path} is not current, from line ${line}: run \`bun run ${part}\` and commit it.\n`;
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
