/**
 * Serves what the demo agent has made, for as long as the sandbox runs: its entrypoint. It takes no port before there
 * is something to serve, so that it is in nobody's way where another agent works.
 */
import { existsSync, readFile, unwatchFile, watchFile } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

const PAGE = join("site", "index.html");
const LOOK_EVERY_MS = 250;

const port = Number(process.env.PORT ?? 3000);

const server = createServer((request, response) => {
  if (request.url?.split("?")[0] !== "/") {
    response.writeHead(404).end();
    return;
  }
  readFile(PAGE, (error, page) => {
    const headers = { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" };
    response.writeHead(error ? 503 : 200, headers).end(page);
  });
});

const listen = () => {
  unwatchFile(PAGE);
  server.listen(port, "127.0.0.1");
};

// Watched before it is looked for: a page that is written in between would be noticed by neither.
watchFile(PAGE, { interval: LOOK_EVERY_MS }, ({ mtimeMs }) => {
  if (mtimeMs > 0 && !server.listening) listen();
});
if (existsSync(PAGE)) listen();
