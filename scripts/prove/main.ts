/**
 * `bun run prove [NAME...]`: the five proofs of the design's promises at full size, one line for each.
 * With names (`faults`, `webhook-delivery`, …), those alone. `bun run test` runs the same proofs smaller.
 */
import { spawnSync } from "node:child_process";
import { ROOT } from "../lib/convex-cli.ts";

/** Each has a folder of its name in `tests/proofs`. */
const PROOFS = ["faults", "webhook-delivery", "interleavings", "tenant-isolation", "scale"];

const names = process.argv.slice(2);
const unknown = names.filter((name) => !PROOFS.includes(name));
if (unknown.length > 0) {
  console.error(`There is no proof ${unknown.join(", ")}; there are ${PROOFS.join(", ")}.`);
  process.exit(2);
}
const folders = (names.length > 0 ? names : PROOFS).map((name) => `tests/proofs/${name}/`);

const { status } = spawnSync(
  "node",
  [
    "node_modules/vitest/vitest.mjs",
    "run",
    "--reporter=./scripts/prove/reporter.ts",
    "--testTimeout=5400000", // an hour and a half: the largest proof takes a good part of one
    ...folders,
  ],
  { cwd: ROOT, stdio: ["ignore", "inherit", "inherit"], env: { ...process.env, PROVE: "1" } },
);
process.exit(status ?? 1);
