export type { CommandProgress, ReadCommandInput, StartCommandInput } from "./background.ts";
export type { SandboxClient, SandboxClientOptions } from "./client.ts";
export { createSandboxClient } from "./client.ts";
export type {
  CreateInput as CreateSandboxInput,
  ListInput as ListSandboxesInput,
  RunInput as RunCommandInput,
} from "./door.ts";
export type { SandboxErrorCode, SandboxErrorDetails } from "./errors.ts";
export { isSandboxError, SandboxError } from "./errors.ts";
export type { Sandbox, SandboxState } from "./sandbox.ts";
