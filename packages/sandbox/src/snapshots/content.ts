import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Image } from "@daytonaio/sdk";
import { SandboxError } from "../errors.ts";

/** What each sandbox of a snapshot has: vCPUs, and GiB. */
export interface SnapshotResources {
  cpu: number;
  memory: number;
  disk: number;
}

/** An image to build, with all the files that its Dockerfile copies. */
export interface SnapshotContent {
  image: Image;
  resources: SnapshotResources;
  /** The same for the same Dockerfile, files and resources: 12 hexadecimal digits. */
  hash: string;
  /** The paths of the files, relative to the Dockerfile's folder, sorted. */
  files: string[];
}

const HASH_LENGTH = 12; // 48 bits, for the few snapshots of an organization

/**
 * Reads a Dockerfile and what it copies.
 *
 * @param dockerfile - Its path; what it copies is in the same folder, and below.
 * @throws SandboxError `INVALID` when the file, or one that it copies, isn't there.
 */
export function readSnapshotContent(
  dockerfile: string,
  resources: SnapshotResources,
): SnapshotContent {
  const image = readImage(dockerfile);
  const files = new Map<string, string>();
  for (const { sourcePath, archivePath } of image.contextList) {
    for (const [path, file] of filesAt(sourcePath, archivePath)) files.set(path, file);
  }
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  const hasher = createHash("sha256");
  const parts = [image.dockerfile, JSON.stringify(sizeOf(resources))];
  for (const part of parts) hasher.update(digest(part));
  for (const [path, file] of sorted) hasher.update(digest(path)).update(digest(readFileSync(file)));
  const hash = hasher.digest("hex").slice(0, HASH_LENGTH);
  return { image, resources, hash, files: sorted.map(([path]) => path) };
}

function readImage(dockerfile: string): Image {
  try {
    return Image.fromDockerfile(dockerfile, { strictContext: true });
  } catch (error) {
    throw new SandboxError("INVALID", error instanceof Error ? error.message : String(error));
  }
}

/** The files at a path that the Dockerfile copies, by their paths in the context. */
function filesAt(source: string, archivePath: string): [path: string, file: string][] {
  const kind = statSync(source, { throwIfNoEntry: false });
  if (!kind)
    throw new SandboxError("INVALID", `the Dockerfile copies ${archivePath}, which isn't there`);
  if (kind.isFile()) return [[archivePath, source]];
  return readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => [archivePath + file.slice(source.length), file]);
}

/** In one order, whatever the caller's. */
function sizeOf({ cpu, memory, disk }: SnapshotResources): number[] {
  return [cpu, memory, disk];
}

/** Of a fixed length, so that what is hashed says where each part ends. */
function digest(part: string | Uint8Array): Buffer {
  return createHash("sha256").update(part).digest();
}
