/** An app's files, as a web server gives them out. */
import { createReadStream } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { lookup } from "mrmime";

/**
 * Answers a request with a file of the folder. Hidden files, and what a link leads to outside of it, are answered as
 * missing. Nothing is cached: the agent may change a file at any moment.
 *
 * @returns false, without an answer, when there is neither the file nor an `index.html` in the folder
 */
export async function serveFile(
  folder: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const file = await findFile(folder, pathOf(request.url ?? "/"));
  if (file === null) {
    if ((await findFile(folder, "index.html")) === null) return false;
    answerText(response, 404, "There is no such file.");
  } else if (request.method !== "GET" && request.method !== "HEAD") {
    answerText(response, 405, "Only GET and HEAD.");
  } else {
    const type = lookup(file.path) ?? "application/octet-stream";
    const charset = /^text\/|javascript|json/.test(type) ? "; charset=utf-8" : "";
    response.writeHead(200, {
      "content-type": type + charset,
      "content-length": file.size,
      "cache-control": "no-store",
    });
    if (request.method === "HEAD") response.end();
    else await pipeline(createReadStream(file.path, { end: Math.max(0, file.size - 1) }), response);
  }
  return true;
}

function answerText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(`${text}\n`);
}

/** The path of a URL within the folder; null if it is none. */
function pathOf(url: string): string | null {
  try {
    const path = decodeURIComponent(url.split(/[?#]/)[0] ?? "/");
    const names = path.split("/").filter((name) => name !== "");
    return names.some((name) => name.startsWith(".")) || /[\\\0]/.test(path)
      ? null
      : names.join("/");
  } catch {
    return null; // an invalid percent-encoding
  }
}

/** The file of a path, or a folder's `index.html`; null unless it is an ordinary file inside the folder. */
async function findFile(
  folder: string,
  path: string | null,
): Promise<{ path: string; size: number } | null> {
  if (path === null) return null;
  try {
    const root = await realpath(folder);
    const found = await realpath(join(root, path));
    if (found !== root && !found.startsWith(root + sep)) return null; // a link that leads out
    const info = await stat(found);
    if (info.isDirectory()) return await findFile(folder, join(path, "index.html"));
    return info.isFile() ? { path: found, size: info.size } : null;
  } catch {
    return null;
  }
}
