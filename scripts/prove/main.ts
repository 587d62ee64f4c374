/**
 * `bun run prove [NAME...]`: the five proofs of the design's promises at full size, one line for each.
 * With names (`faults`, `weather`, …), those alone. `bun run test` runs the same proofs smaller.
 */
import { spawnSync } from "node:child_process";
import { ROOT } from "../lib/convex-cli.ts";

const names = process.argv.slice(2);
const files = names.length > 0 ? names.map((name) => `${name}.proof.test.ts`) : [".proof.test.ts"];

const { status } = spawnSync(
  "node",
  [
    "node_modules/vitest/vitest.mjs",
    "run",
    "--reporter=./scripts/prove/reporter.ts",
    "--testTimeout=5400000", // an hour and a half: the largest proof takes a good part of one
    ...files,
  ],
  { cwd: ROOT, stdio: ["ignore", "inherit", "inherit"], env: { ...process.env, PROVE: "1" } },
);
process.exit(status ?? 1);
