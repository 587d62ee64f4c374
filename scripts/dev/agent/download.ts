import { createHash } from "node:crypto";
import { createReadStream, existsSync, rmSync, statSync } from "node:fs";
import { open, rename } from "node:fs/promises";

/** What to download. */
export interface Download {
  url: string;
  /** The hash that it must have, as a registry gives it: `sha512-…`, in base64. */
  integrity: string;
}

/** How far a download is, in bytes; `total` is unknown if the server doesn't say. */
export type Progress = (done: number, total: number | undefined) => void;

/**
 * Downloads to a file, which is there once it is complete and has the right hash. What an earlier try has left in
 * `FILE.part` is gone on with.
 *
 * @throws Error without a connection, for an answer that is none, or for a wrong hash
 */
export async function download(what: Download, file: string, onProgress: Progress): Promise<void> {
  const part = `${file}.part`;
  await fetchRest(what.url, part, onProgress);
  if ((await hashOf(part, algorithmOf(what.integrity))) !== what.integrity) {
    rmSync(part); // the next try begins anew
    throw new Error(`what ${what.url} sent is damaged: its hash is not the registry's`);
  }
  await rename(part, file);
}

/** Appends to the file what it lacks. */
async function fetchRest(url: string, part: string, onProgress: Progress): Promise<void> {
  const have = existsSync(part) ? statSync(part).size : 0;
  const response = await fetch(url, have > 0 ? { headers: { range: `bytes=${have}-` } } : {});
  const isAllThere = response.status === 416; // nothing comes after what is there
  if (isAllThere) return;
  if (!response.ok || !response.body) {
    throw new Error(`${url} was answered with status ${response.status}`);
  }
  const goesOn = response.status === 206;
  const length = response.headers.get("content-length");
  let done = goesOn ? have : 0;
  const total = length === null ? undefined : done + Number(length);
  const target = await open(part, goesOn ? "a" : "w");
  try {
    for await (const chunk of response.body) {
      await target.write(chunk);
      done += chunk.length;
      onProgress(done, total);
    }
  } finally {
    await target.close();
  }
}

function algorithmOf(integrity: string): string {
  return integrity.split("-", 1)[0] ?? "";
}

async function hashOf(file: string, algorithm: string): Promise<string> {
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(file)) hash.update(chunk as Uint8Array); // of bytes, without an encoding
  return `${algorithm}-${hash.digest("base64")}`;
}
