/** `bun run bench page`: how large the example is when built, and how soon a browser paints it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { chromium, type Browser } from "playwright-core";
import { build } from "vite";
import { findChromium, NO_BROWSER } from "../../tests/browser/support/chromium.ts";
import { ROOT } from "../lib/convex-cli.ts";

const LOADS = 9;

/** What a page is opened with: Chromium's own throttling, by the DevTools protocol. */
const CONDITIONS = [
  { name: "this machine", slowdown: 1, network: null },
  // As Lighthouse has a mid-range phone: 1.6 Mbit/s down, 150 ms there and back, a quarter of the speed.
  {
    name: "phone, slow 4G",
    slowdown: 4,
    network: {
      offline: false,
      latency: 150,
      downloadThroughput: 200_000,
      uploadThroughput: 94_000,
    },
  },
];

const TYPES: Record<string, string> = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

const kb = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;

/** Builds the example as for production, and prints tables. */
export async function benchPage(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "quaver-page-"));
  try {
    // Where the deployment is does not matter: the sign-in page is painted without it.
    Object.assign(process.env, { VITE_CONVEX_URL: "http://127.0.0.1:9", NODE_ENV: "production" });
    await build({
      root: join(ROOT, "example"),
      logLevel: "error",
      build: { outDir: folder, emptyOutDir: true },
    });
    printSizes(folder);
    await printPaints(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function printSizes(folder: string): void {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => extname(path) in TYPES)
    .map((path) => ({ path, bytes: readFileSync(join(folder, path)) }))
    .sort((a, b) => b.bytes.length - a.bytes.length);
  process.stdout.write("\nThe example, built:\n");
  console.table(
    files.map(({ path, bytes }) => ({
      file: path,
      size: kb(bytes.length),
      gzip: kb(gzipSync(bytes).length),
      brotli: kb(brotliCompressSync(bytes).length),
    })),
  );
}

async function printPaints(folder: string): Promise<void> {
  const executablePath = findChromium();
  if (executablePath === null) {
    process.stdout.write(`\n${NO_BROWSER}\n`);
    return;
  }
  const server = await serve(folder);
  const browser = await chromium.launch({ executablePath, chromiumSandbox: false });
  try {
    const rows = [];
    for (const conditions of CONDITIONS) rows.push(await paints(browser, server, conditions));
    process.stdout.write(`\nThe sign-in page, loaded ${LOADS} times, each with an empty cache:\n`);
    console.table(rows);
  } finally {
    await browser.close();
    server.close();
  }
}

async function paints(
  browser: Browser,
  server: Server,
  { name, slowdown, network }: (typeof CONDITIONS)[number],
) {
  const first: number[] = [];
  const usable: number[] = [];
  for (let load = 0; load < LOADS; load++) {
    const context = await browser.newContext();
    const page = await context.newPage();
    const devTools = await context.newCDPSession(page);
    await devTools.send("Emulation.setCPUThrottlingRate", { rate: slowdown });
    if (network !== null) await devTools.send("Network.emulateNetworkConditions", network);
    await page.goto(addressOf(server));
    await page.getByRole("heading", { level: 1 }).waitFor();
    const [paint, seen] = await page.evaluate(() => {
      const [entry] = performance.getEntriesByName("first-contentful-paint");
      return [entry?.startTime ?? Number.NaN, performance.now()];
    });
    first.push(paint);
    usable.push(seen);
    await context.close();
  }
  return {
    conditions: name,
    "first contentful paint, ms": median(first),
    "heading there, ms": median(usable),
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.floor(sorted.length / 2)] ?? Number.NaN);
}

/** Serves a folder, compressed, as any host of static files does. */
async function serve(folder: string): Promise<Server> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const type = TYPES[extname(path)];
    const file = join(folder, type === undefined ? "index.html" : path);
    response.setHeader("content-type", type ?? TYPES[".html"] ?? "");
    response.setHeader("content-encoding", "gzip");
    response.end(gzipSync(readFileSync(file)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

function addressOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return `http://127.0.0.1:${address.port}/`;
}
