/**
 * `bun run bench local`: what the local deployment does per second over HTTP, at 10³ and 10⁵ documents, each as a
 * ratio to the floor measured in the same run: with a context for every call, as ever, and with contexts that are kept
 * (`--keep-contexts`). Each runs in a process of its own.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { copyProject, push } from "./deployed.ts";
import { startInProcess } from "./processes.ts";
import { caller, measure, type Measured } from "./load.ts";

const SIZES = [1_000, 100_000];
const SECONDS = Number(process.env.BENCH_SECONDS ?? "4");
const FILL_BATCH = 1_000;
const TEXT = "x".repeat(100);

interface Row {
  what: string;
  contexts: "per call" | "kept";
  documents: number;
  deployment: Measured;
  floor: Measured;
}

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

async function compare(documents: number, contexts: Row["contexts"]): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "quaver-bench-"));
  const deployment = await startInProcess("packages/local-deployment/src/cli.ts", [
    "--data-dir",
    join(folder, "data"),
    ...(contexts === "kept" ? ["--keep-contexts"] : []),
  ]);
  const floor = await startInProcess("scripts/bench/floor.ts", [folder, String(documents)]);
  try {
    await push(deployment, copyProject(folder));
    const fill = caller(deployment.url, "mutation");
    for (let first = 0; first < documents; first += FILL_BATCH) {
      await fill("items:fill", { first, count: Math.min(FILL_BATCH, documents), text: TEXT });
    }
    const ours = await load(deployment.url, documents);
    const least = await load(floor.url, documents);
    return [
      {
        what: "indexed query of 10",
        contexts,
        documents,
        deployment: ours.reads,
        floor: least.reads,
      },
      {
        what: "mutation of 1 insert",
        contexts,
        documents,
        deployment: ours.writes,
        floor: least.writes,
      },
    ];
  } finally {
    await Promise.all([floor.stop(), deployment.stop()]);
    rmSync(folder, { recursive: true, force: true });
  }
}

function print(rows: readonly Row[]): void {
  console.table(
    rows.map(({ what, contexts, documents, deployment, floor }) => ({
      what,
      contexts,
      documents,
      "per second": Math.round(deployment.perSecond),
      "floor per second": Math.round(floor.perSecond),
      "of the floor": `${String(Math.round((100 * deployment.perSecond) / floor.perSecond))} %`,
      "p50 ms": deployment.p50.toFixed(2),
      "p99 ms": deployment.p99.toFixed(2),
    })),
  );
}

/** Measures, and prints a table. */
export async function benchLocal(): Promise<void> {
  const rows: Row[] = [];
  for (const size of SIZES) {
    for (const contexts of ["per call", "kept"] as const)
      rows.push(...(await compare(size, contexts)));
  }
  print(rows);
}
