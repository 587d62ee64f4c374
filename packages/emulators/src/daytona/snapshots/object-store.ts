import { createHash, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { list } from "tar";

/** The only bucket, which holds the contexts of builds, each as a tar archive. */
export const BUCKET = "daytona-volume-builds";

/** The objects of the bucket. An object that was written survives a restart; an upload in parts does not. */
export interface ObjectStore {
  /** The keys that begin with a prefix, in order. */
  keys(prefix: string): string[];
  /** Writes an object. @returns its ETag */
  put(key: string, content: Uint8Array): string;
  /** Begins an upload in parts. @returns its id */
  beginUpload(key: string): string;
  /** Adds a part. @returns its ETag, or undefined if there is no such upload */
  putPart(uploadId: string, part: number, content: Uint8Array): string | undefined;
  /** Makes the object of these parts, in this order. @returns its ETag, or undefined if one is missing */
  completeUpload(uploadId: string, key: string, parts: readonly number[]): string | undefined;
  abortUpload(uploadId: string): void;
  /** The paths in the archive of a build's context, folders included; undefined if it was never uploaded. */
  contextFiles(organizationId: string, hash: string): Set<string> | undefined;
}

const KEY = /^[A-Za-z0-9-]+\/[0-9a-f]{32}\/context\.tar$/;

/** Whether this is a key that the SDK uploads to: no other is accepted, because it becomes a file's path. */
export function isContextKey(key: string): boolean {
  return KEY.test(key);
}

/** Opens the bucket in a folder, which is made with the first object. */
export function openObjectStore(folder: string): ObjectStore {
  const root = resolve(folder);
  const uploads = new Map<string, { key: string; parts: Map<number, Uint8Array> }>();
  const fileOf = (key: string): string => {
    if (!isContextKey(key)) throw new Error(`${key} is not a context's key`);
    return join(root, ...key.split("/"));
  };
  const put = (key: string, content: Uint8Array): string => {
    const file = fileOf(key);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const fresh = `${file}.${randomUUID()}`;
    writeFileSync(fresh, content, { mode: 0o600 });
    renameSync(fresh, file);
    return etagOf(content);
  };
  return {
    put,
    keys: (prefix) => {
      if (!existsSync(root)) return [];
      const paths = readdirSync(root, { recursive: true, encoding: "utf8" });
      const keys = paths.map((path) => relative(root, join(root, path)).split(sep).join("/"));
      return keys.filter((key) => isContextKey(key) && key.startsWith(prefix)).sort();
    },
    beginUpload: (key) => {
      const id = randomUUID();
      uploads.set(id, { key, parts: new Map() });
      return id;
    },
    putPart: (uploadId, part, content) => {
      const upload = uploads.get(uploadId);
      if (!upload) return undefined;
      upload.parts.set(part, content);
      return etagOf(content);
    },
    completeUpload: (uploadId, key, parts) => {
      const upload = uploads.get(uploadId);
      if (upload?.key !== key || parts.length === 0) return undefined;
      const contents = parts.map((part) => upload.parts.get(part));
      if (!contents.every((content) => content !== undefined)) return undefined;
      uploads.delete(uploadId);
      return put(key, Buffer.concat(contents));
    },
    abortUpload: (uploadId) => void uploads.delete(uploadId),
    contextFiles: (organizationId, hash) => {
      const file = fileOf(`${organizationId}/${hash}/context.tar`);
      return existsSync(file) ? pathsIn(file) : undefined;
    },
  };
}

/** The paths in a tar archive, with every folder on the way to them. */
function pathsIn(file: string): Set<string> {
  const paths = new Set<string>();
  list({
    file,
    sync: true,
    onReadEntry: ({ path }) => {
      const parts = path.split("/").filter((part) => part !== "" && part !== ".");
      for (const [index] of parts.entries()) paths.add(parts.slice(0, index + 1).join("/"));
    },
  });
  return paths;
}

function etagOf(content: Uint8Array): string {
  return `"${createHash("md5").update(content).digest("hex")}"`;
}
