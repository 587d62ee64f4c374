/**
 * Serves what the demo agent has made, for as long as the sandbox runs: its entrypoint. It takes no port before there
 * is something to serve, so that it is in nobody's way where another agent works.
 */
import { existsSync, readFile } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { clearInterval, setInterval } from "node:timers";

const PAGE = join("site", "index.html");
const POLL_EVERY_MS = 250;

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

const timer = setInterval(listenOncePageExists, POLL_EVERY_MS);
listenOncePageExists();

// Polled, as a watcher takes a page that appears before its own first look for one that was always there.
function listenOncePageExists() {
  if (!existsSync(PAGE)) return;
  clearInterval(timer);
  server.listen(port, "127.0.0.1");
}
