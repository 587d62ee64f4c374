/** The app's folder in a sandbox, and the versions of it, as `@quaver/sandbox` answers for them. */
import { createHash } from "node:crypto";
import type { Download, FileContent, FolderListing, VersionChanges } from "@quaver/sandbox";

interface Version {
  version: string;
  message: string;
  files: Map<string, string>;
}

/** One app's folder. */
export class FakeApp {
  /** The text of each file, by its path. */
  readonly files = new Map<string, string>();
  /** In the order in which they were made. */
  readonly versions: Version[] = [];
  /** Bytes of the archive. */
  size = 1000;

  constructor(readonly sandboxId: string) {}

  list(path: string): FolderListing {
    if (this.files.has(path)) return { kind: "notFolder" };
    const prefix = path === "" ? "" : `${path}/`;
    const inside = [...this.files].filter(([name]) => name.startsWith(prefix));
    if (inside.length === 0 && path !== "") return { kind: "notFound" };
    const entries = inside.map(([name, { length: size }]) => {
      const [first = "", ...rest] = name.slice(prefix.length).split("/");
      return rest.length === 0
        ? { name: first, kind: "file" as const, size }
        : { name: first, kind: "folder" as const, size: 0 };
    });
    return { kind: "folder", entries, more: false };
  }

  read(path: string): FileContent {
    const text = this.files.get(path);
    if (text !== undefined) return { kind: "text", text, size: text.length };
    return { kind: this.list(path).kind === "folder" ? "folder" : "notFound" };
  }

  commit(message: string): string {
    const last = this.versions.at(-1);
    if (last !== undefined && isSame(last.files, this.files)) return last.version;
    return this.#add(message);
  }

  changes(version: string): VersionChanges {
    const at = this.versions.findIndex((one) => one.version === version);
    const found = this.versions[at];
    if (found === undefined) return { kind: "notFound" };
    const before = this.versions[at - 1]?.files ?? new Map<string, string>();
    const paths = [...found.files.keys()].filter(
      (path) => before.get(path) !== found.files.get(path),
    );
    const files = paths.map((path) => ({
      path,
      change: before.has(path) ? ("changed" as const) : ("added" as const),
      added: 1,
      removed: before.has(path) ? 1 : 0,
    }));
    return {
      kind: "changes",
      files,
      diff: paths.map((path) => `+${path}\n`).join(""),
      more: false,
    };
  }

  restore(version: string, message: string) {
    const found = this.versions.find((one) => one.version === version);
    if (found === undefined) return { kind: "notFound" as const };
    this.commit(`Before: ${message}`);
    this.files.clear();
    for (const [path, text] of found.files) this.files.set(path, text);
    return { kind: "restored" as const, version: this.#add(message) };
  }

  download(expiresInSeconds: number): Download {
    if (this.files.size === 0) return { kind: "empty" };
    if (this.size > 200_000_000) return { kind: "tooLarge" };
    const url = `https://4000-${this.sandboxId}.daytona.test/app.tar.gz`;
    return {
      kind: "download",
      url,
      expiresAt: Date.now() + expiresInSeconds * 1000,
      size: this.size,
    };
  }

  #add(message: string): string {
    const version = createHash("sha1")
      .update(`${this.sandboxId} ${String(this.versions.length)}`)
      .digest("hex");
    this.versions.push({ version, message, files: new Map(this.files) });
    return version;
  }
}

function isSame(one: Map<string, string>, other: Map<string, string>): boolean {
  return one.size === other.size && [...one].every(([path, text]) => other.get(path) === text);
}
