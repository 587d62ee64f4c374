/**
 * Serves what the demo agent has made, for as long as the sandbox runs: its entrypoint. Until there is something, it
 * serves a page that says so and reloads itself.
 */
import { readFile, realpath, stat } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { createServer } from "node:http";
import { homedir } from "node:os";
import { extname, join, sep } from "node:path";

const APP = join(homedir(), "app");
const RETRY_MS = 250; // while another process of the sandbox listens on the port

const port = Number(process.env["PORT"] ?? 3000);

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".txt": "text/plain; charset=utf-8",
  ".md": "text/plain; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".wasm": "application/wasm",
  ".mp3": "audio/mpeg",
};

const WAITING = `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta http-equiv="refresh" content="1">
  <title>Nothing here yet</title>
  <style>
    :root { color-scheme: light dark; font: 1rem/1.6 system-ui, sans-serif; }
    body { margin: 0; min-height: 100vh; display: grid; place-content: center; justify-items: center; padding: 2rem; text-align: center; color: light-dark(#24242e, #eeeef4); background: light-dark(#fafafd, #121218); }
    h1 { margin: 1.5rem 0 0.25rem; font-size: 1.35rem; letter-spacing: -0.02em; }
    p { margin: 0; color: light-dark(#5c5c6b, #a9a9b8); }
    i { width: 2.5rem; aspect-ratio: 1; border-radius: 50%; border: 4px solid light-dark(#e2e2ee, #33333f); border-top-color: light-dark(#5448c8, #a9a2ff); animation: turn 1s linear infinite; }
    @keyframes turn { to { rotate: 1turn; } }
    @media (prefers-reduced-motion: reduce) { i { animation: none; } }
  </style>
</head>
<body>
  <i aria-hidden="true"></i>
  <h1>Nothing here yet</h1>
  <p>The app appears here as soon as the agent has written it.</p>
</body>
</html>
`;

const server = createServer((request, response) => {
  const method = request.method ?? "GET";
  if (method !== "GET" && method !== "HEAD") {
    answer(response, 405, "text/plain", "Only GET and HEAD.\n");
    return;
  }
  serve(request.url ?? "/", response).catch(() => {
    answer(response, 500, "text/plain", "That file can't be read.\n");
  });
});

server.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EADDRINUSE") throw error;
  setTimeout(listen, RETRY_MS);
});
listen();

function listen(): void {
  server.listen(port, "127.0.0.1");
}

async function serve(url: string, response: ServerResponse): Promise<void> {
  const file = await findFile(pathOf(url));
  if (file !== undefined) {
    const type = TYPES[extname(file).toLowerCase()] ?? "application/octet-stream";
    answer(response, 200, type, await readFile(file));
  } else if ((await findFile("index.html")) === undefined) {
    answer(response, 503, "text/html; charset=utf-8", WAITING, { "retry-after": "1" });
  } else {
    answer(response, 404, "text/plain; charset=utf-8", "There is no such file.\n");
  }
}

/** The path of a URL within the app's folder; undefined if it is none. */
function pathOf(url: string): string | undefined {
  try {
    const path = decodeURIComponent(url.split(/[?#]/)[0] ?? "/");
    const segments = path.split("/").filter((segment) => segment !== "");
    const isHidden = segments.some((segment) => segment.startsWith("."));
    return isHidden || /[\\\0]/.test(path) ? undefined : segments.join("/");
  } catch {
    return undefined; // an invalid percent-encoding
  }
}

/** The file of a path, or a folder's `index.html`; undefined unless it is a file inside the app's folder. */
async function findFile(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    const root = await realpath(APP);
    const found = await realpath(join(root, path));
    if (found !== root && !found.startsWith(root + sep)) return undefined; // a link that leads out
    const info = await stat(found);
    if (info.isDirectory()) return await findFile(join(path, "index.html"));
    return info.isFile() ? found : undefined;
  } catch {
    return undefined;
  }
}

function answer(
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Buffer,
  headers: Record<string, string> = {},
): void {
  const fixed = { "cache-control": "no-store", "x-content-type-options": "nosniff" };
  response.writeHead(status, { "content-type": type, ...fixed, ...headers });
  response.end(response.req.method === "HEAD" ? undefined : body);
}
