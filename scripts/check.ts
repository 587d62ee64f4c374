/**
 * `bun run check`: everything that CI asks of a change. Runs every step, then lists them.
 * `--except test` leaves out the steps named, for a caller that runs them itself.
 */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { ROOT } from "./lib/convex-cli.ts";

/** Each step is a script of package.json. */
const STEPS: { script: string; what: string }[] = [
  { script: "format:check", what: "format" },
  { script: "lint", what: "lint" },
  { script: "typecheck", what: "types" },
  { script: "deadcode", what: "dead code" },
  { script: "generated:check", what: "generated code and reference are current" },
  { script: "test", what: "tests" },
];

const { values } = parseArgs({ options: { except: { type: "string", multiple: true } } });
const except = new Set(values.except);

const lines: string[] = [];
let failed = 0;
for (const { script, what } of STEPS.filter((step) => !except.has(step.script))) {
  process.stdout.write(`\n── ${what} ──\n`);
  const started = performance.now();
  const { status } = spawnSync(process.execPath, ["run", script], {
    cwd: ROOT,
    stdio: ["ignore", "inherit", "inherit"],
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (status !== 0) failed++;
  lines.push(`${status === 0 ? "ok    " : "FAILED"} ${what} (${seconds} s)`);
}
process.stdout.write(`\n${lines.join("\n")}\n`);
process.exit(failed === 0 ? 0 : 1);
