/**
 * `bun run codegen`: has the official CLI write `convex/_generated`, against a local deployment that is thrown away
 * afterwards. With `--check` it puts the files back and fails when they were not current.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startLocalDeployment } from "@quaver/local-deployment";
import { ROOT, exitOf, spawnConvex } from "./lib/convex-cli.ts";
import { callSystem } from "./lib/deployment-api.ts";

const GENERATED = join(ROOT, "convex/_generated");

/** `auth.config.ts` can't be evaluated without it; what it says does not matter here. */
const REQUIRED_VARIABLES = [{ name: "CLERK_FRONTEND_API_URL", value: "https://clerk.invalid" }];

type Files = Map<string, string>;

function readGenerated(): Files {
  if (!existsSync(GENERATED)) return new Map();
  const names = readdirSync(GENERATED);
  return new Map(names.map((name) => [name, readFileSync(join(GENERATED, name), "utf8")]));
}

function restore(files: Files): void {
  for (const name of readGenerated().keys()) {
    if (!files.has(name)) rmSync(join(GENERATED, name));
  }
  for (const [name, text] of files) writeFileSync(join(GENERATED, name), text);
}

/** Runs the official codegen. @returns its exit code */
async function generate(): Promise<number> {
  const dataDir = mkdtempSync(join(tmpdir(), "quaver-codegen-"));
  try {
    const deployment = await startLocalDeployment({
      port: 0,
      sitePort: 0,
      dataDir,
    });
    try {
      await callSystem(deployment, "/api/update_environment_variables", {
        changes: REQUIRED_VARIABLES,
      });
      // Types are checked by `bun run typecheck`.
      return (await exitOf(spawnConvex(deployment, ["codegen", "--typecheck", "disable"]))) ?? 1;
    } finally {
      await deployment.close();
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** The names of the files that differ. */
function differences(before: Files, after: Files): string[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => before.get(name) !== after.get(name)).sort();
}

const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
const before = readGenerated();
let code = await generate();
if (values.check) {
  const stale = differences(before, readGenerated());
  restore(before);
  if (code === 0 && stale.length > 0) {
    process.stderr.write(
      `convex/_generated is not current (${stale.join(", ")}): run \`bun run codegen\` and commit it.\n`,
    );
    code = 1;
  }
}
process.exit(code);
