export type { SandboxClient, SandboxClientOptions } from "./client.ts";
export { createSandboxClient } from "./client.ts";
export type { SandboxErrorCode, SandboxErrorDetails } from "./errors.ts";
export { isSandboxError, SandboxError } from "./errors.ts";
export type {
  CreateSandboxInput,
  ListSandboxesInput,
  PreviewInput,
  ReadCommandInput,
  StartCommandInput,
} from "./input-schemas.ts";
export type { Preview } from "./preview.ts";
export type { Sandbox } from "./response-schemas.ts";
export type { CommandProgress } from "./session-commands.ts";
export type { SandboxState } from "./states.ts";
export type { FileContent, FolderEntry, FolderListing } from "./app/files.ts";
export type { Download } from "./app/download.ts";
export type { ChangedFile, RestoredVersion, VersionChanges } from "./app/versions.ts";
export type {
  AppPathInput,
  CommitVersionInput,
  CreateDownloadInput,
  ReadChangesInput,
  RestoreVersionInput,
} from "./app/input-schemas.ts";
