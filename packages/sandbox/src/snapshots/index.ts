/** Snapshots: the templates of sandboxes. For commands that run on somebody's machine; needs Node and its file system. */
export type { SnapshotContent, SnapshotResources } from "./content.ts";
export { readSnapshotContent } from "./content.ts";
export type { EnsureSnapshotOptions, SnapshotOutcome } from "./ensure.ts";
export { ensureSnapshot } from "./ensure.ts";
export type { SnapshotStep } from "./steps.ts";
export { isSandboxError } from "../errors.ts";
