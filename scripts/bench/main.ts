/**
 * `bun run bench [PART...] [--quick]`: tables, of all parts unless some are named.
 * - `cost`: documents and bytes that each public function reads and writes, by how much there is;
 * - `bundles`: what a push sends, and what is in the largest of it;
 * - `throughput`: what the local deployment does per second;
 * - `fan-out`: how soon every subscriber has a change;
 * - `page`: how large the example is, and how soon a browser paints it;
 * - `stream`: what following an answer costs, and how soon it is seen. Takes seven minutes; with `--quick`, two.
 */
import { parseArgs } from "node:util";
import { benchBundles } from "./bundles.ts";
import { benchCost } from "./cost.ts";
import { benchFanOut } from "./fan-out.ts";
import { benchPage } from "./page.ts";
import { benchStream } from "./stream.ts";
import { benchThroughput } from "./throughput.ts";

const PARTS = new Map<string, (options: { quick: boolean }) => Promise<void>>([
  ["cost", benchCost],
  ["bundles", benchBundles],
  ["throughput", benchThroughput],
  ["fan-out", benchFanOut],
  ["page", benchPage],
  ["stream", benchStream],
]);

const { values, positionals: names } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: "boolean", default: false } },
});
const unknown = names.filter((name) => !PARTS.has(name));
if (unknown.length > 0) {
  process.stderr.write(
    `No such part: ${unknown.join(", ")}. There are ${[...PARTS.keys()].join(", ")}.\n`,
  );
  process.exit(1);
}
for (const [name, bench] of PARTS) {
  if (names.length === 0 || names.includes(name)) await bench(values);
}
process.exit(0);
