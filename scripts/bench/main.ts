/**
 * `bun run bench [PART...]`: tables, of all parts unless some are named.
 * - `cost`: documents and bytes that each public function reads and writes, by how much there is;
 * - `bundles`: what a push sends, and what is in the largest of it;
 * - `throughput`: what the local deployment does per second;
 * - `fan-out`: how soon every subscriber has a change;
 * - `page`: how large the example is, and how soon a browser paints it.
 */
import { benchBundles } from "./bundles.ts";
import { benchCost } from "./cost.ts";
import { benchFanOut } from "./fan-out.ts";
import { benchPage } from "./page.ts";
import { benchThroughput } from "./throughput.ts";

const PARTS = new Map([
  ["cost", benchCost],
  ["bundles", benchBundles],
  ["throughput", benchThroughput],
  ["fan-out", benchFanOut],
  ["page", benchPage],
]);

const names = process.argv.slice(2);
const unknown = names.filter((name) => !PARTS.has(name));
if (unknown.length > 0) {
  process.stderr.write(
    `No such part: ${unknown.join(", ")}. There are ${[...PARTS.keys()].join(", ")}.\n`,
  );
  process.exit(1);
}
for (const [name, bench] of PARTS) {
  if (names.length === 0 || names.includes(name)) await bench();
}
process.exit(0);
