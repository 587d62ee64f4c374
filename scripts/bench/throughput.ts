/**
 * `bun run bench throughput`: what the local deployment does per second over HTTP, at 10³ and 10⁵ documents, each as a
 * ratio to the baseline measured in the same run: with a new context for every call, which is the default, and with
 * contexts that are kept (`--keep-contexts`).
 */
import { caller, measure, type Measured } from "./load.ts";
import { withServers } from "./servers.ts";

const SIZES = [1_000, 100_000];
const SECONDS = Number(process.env.BENCH_SECONDS ?? "4");
const FILL_BATCH = 1_000;
const TEXT = "x".repeat(100);

/** Reads and writes against one server. */
async function load(
  url: string,
  documents: number,
): Promise<{ reads: Measured; writes: Measured }> {
  const groups = documents / 10;
  const query = caller(url, "query");
  const mutation = caller(url, "mutation");
  const reads = await measure(
    (i) => query("items:byGroup", { group: (i * 7919) % groups }),
    SECONDS,
  );
  const writes = await measure(
    (i) => mutation("items:insert", { group: groups + i, text: TEXT }),
    SECONDS,
  );
  return { reads, writes };
}

async function compare(documents: number, contexts: "per call" | "kept") {
  const flags = contexts === "kept" ? ["--keep-contexts"] : [];
  return await withServers({ documents, flags }, async ({ deployment, baseline }) => {
    const fill = caller(deployment.url, "mutation");
    for (let first = 0; first < documents; first += FILL_BATCH) {
      await fill("items:fill", { first, count: Math.min(FILL_BATCH, documents), text: TEXT });
    }
    const ours = await load(deployment.url, documents);
    const bare = await load(baseline.url, documents);
    const row = (what: string, measured: Measured, least: Measured) => ({
      what,
      contexts,
      documents,
      "per second": Math.round(measured.perSecond),
      "baseline per second": Math.round(least.perSecond),
      "of the baseline": `${String(Math.round((100 * measured.perSecond) / least.perSecond))} %`,
      "p50 ms": measured.p50.toFixed(2),
      "p99 ms": measured.p99.toFixed(2),
    });
    return [
      row("indexed query of 10", ours.reads, bare.reads),
      row("mutation of 1 insert", ours.writes, bare.writes),
    ];
  });
}

/** Measures, and prints a table. */
export async function benchThroughput(): Promise<void> {
  const rows = [];
  for (const size of SIZES) {
    for (const contexts of ["per call", "kept"] as const)
      rows.push(...(await compare(size, contexts)));
  }
  console.table(rows);
}
