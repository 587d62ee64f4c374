/**
 * `bun run bench`: what the local deployment does per second over HTTP, at 10³ and 10⁵ documents, each as a
 * ratio to the floor measured in the same run. The servers run in threads of their own.
 */
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startLocalDeployment, type LocalDeployment } from "@quaver/local-deployment";
import { ROOT, runConvex } from "../lib/convex-cli.ts";
import { caller, measure, type Measured } from "./load.ts";

const SIZES = [1_000, 100_000];
const SECONDS = Number(process.env.BENCH_SECONDS ?? "4");
const FILL_BATCH = 1_000;
const TEXT = "x".repeat(100);

interface Row {
  what: string;
  documents: number;
  deployment: Measured;
  floor: Measured;
}

/** A copy of the benchmark's project, where the CLI may write its generated files. */
function copyProject(folder: string): string {
  const project = join(folder, "project");
  cpSync(join(ROOT, "scripts/bench/project"), project, { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(project, "node_modules"));
  writeFileSync(
    join(project, "package.json"),
    '{"name":"bench","type":"module","dependencies":{"convex":"*"}}',
  );
  return project;
}

async function push(deployment: LocalDeployment, project: string): Promise<void> {
  const { code, stderr } = await runConvex(
    { url: deployment.url, adminKey: deployment.adminKey },
    ["deploy", "--typecheck", "disable", "-y"],
    { cwd: project },
  );
  if (code !== 0) throw new Error(`The benchmark's functions were not pushed:\n${stderr}`);
}

/** Starts the floor in a thread. */
async function startFloor(dataDir: string, documents: number) {
  const worker = new Worker(new URL("./floor.ts", import.meta.url).href);
  const port = await new Promise<number>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<number>) => {
      resolve(data);
    };
    worker.onerror = (event) => {
      reject(new Error(event.message));
    };
    worker.postMessage({ dataDir, documents });
  });
  return { url: `http://127.0.0.1:${String(port)}`, worker };
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

async function compare(documents: number): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "quaver-bench-"));
  const deployment = await startLocalDeployment({ dataDir: join(folder, "data") });
  const floor = await startFloor(folder, documents);
  try {
    await push(deployment, copyProject(folder));
    const fill = caller(deployment.url, "mutation");
    for (let first = 0; first < documents; first += FILL_BATCH) {
      await fill("items:fill", { first, count: Math.min(FILL_BATCH, documents), text: TEXT });
    }
    const ours = await load(deployment.url, documents);
    const least = await load(floor.url, documents);
    return [
      { what: "indexed query of 10", documents, deployment: ours.reads, floor: least.reads },
      { what: "mutation of 1 insert", documents, deployment: ours.writes, floor: least.writes },
    ];
  } finally {
    floor.worker.terminate();
    await deployment.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function print(rows: readonly Row[]): void {
  console.table(
    rows.map(({ what, documents, deployment, floor }) => ({
      what,
      documents,
      "per second": Math.round(deployment.perSecond),
      "floor per second": Math.round(floor.perSecond),
      "of the floor": `${String(Math.round((100 * deployment.perSecond) / floor.perSecond))} %`,
      "p50 ms": deployment.p50.toFixed(2),
      "p99 ms": deployment.p99.toFixed(2),
    })),
  );
}

const rows: Row[] = [];
for (const size of SIZES) rows.push(...(await compare(size)));
print(rows);
process.exit(0);
