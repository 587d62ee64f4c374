import { SandboxApi } from "@daytona/api-client";
import { openConnection, type ConnectionOptions } from "./connection.ts";
import { toSandboxError } from "./daytona-errors.ts";
import type { Deadline } from "./deadline.ts";
import { SandboxError } from "./errors.ts";
import type { CreateSandboxInput, ListSandboxesInput } from "./input-schemas.ts";
import type { Sandbox } from "./response-schemas.ts";
import {
  commandSchema,
  pageSchema,
  signedPreviewSchema,
  sandboxSchema,
  transitionSchema,
} from "./response-schemas.ts";
import type { Transition } from "./transitions.ts";

/** Daytona's API. Each call is a single attempt, and whatever it throws is a `SandboxError`. */
export interface DaytonaApi {
  /** Creates a sandbox and waits until it has started. */
  create(input: CreateSandboxInput, timeoutMs: number): Promise<Sandbox>;
  get(idOrName: string): Promise<Sandbox>;
  list(input: ListSandboxesInput): Promise<{ items: Sandbox[]; nextCursor: string | null }>;
  /** Requests a transition; when this returns, it has begun, but not ended. */
  requestTransition(id: string, transition: Transition, timeoutMs: number): Promise<void>;
  /** Runs a command to its end. @throws SandboxError `INVALID` when the sandbox isn't started. */
  execute(id: string, input: ExecuteInput): Promise<CommandResult>;
  /** Resets the timer of the idle stop. */
  keepAwake(id: string): Promise<void>;
  previewUrl(id: string, port: number, expiresInSeconds: number): Promise<string>;
}

/** A command to run to its end, in the sandbox's home folder. */
export interface ExecuteInput {
  command: string;
  env: Record<string, string>;
  timeoutSeconds: number;
}

/** What a command that has ended wrote, and its exit code. */
export interface CommandResult {
  exitCode: number;
  output: string;
}

/** What every operation of a client works with. */
export interface OperationContext {
  api: DaytonaApi;
  deadline: Deadline;
  /** The longest that a single request may take. */
  requestTimeoutMs: number;
}

const PAGE_SIZE = 100;

/**
 * Connects to Daytona. The SDK creates sandboxes and runs commands. Everything else goes through the
 * SDK's own API client: its answers can be validated before they are used, and its list has a cursor.
 */
export function connectToDaytona(options: ConnectionOptions): DaytonaApi {
  const { apiKey } = options;
  const { daytona, configuration, axios } = openConnection(options);
  const api = new SandboxApi(configuration, undefined, axios);
  const withSandboxErrors = async <Result>(call: () => Promise<Result>, sandboxId?: string) => {
    try {
      return await call();
    } catch (error) {
      throw toSandboxError(error, apiKey, sandboxId);
    }
  };
  return {
    create: (input, timeoutMs) =>
      withSandboxErrors(async () => {
        const params = {
          name: input.name,
          labels: { ...input.labels }, // the SDK adds one of its own to the object it is given
          public: false,
          autoStopInterval: input.autoStopMinutes,
          autoArchiveInterval: input.autoArchiveMinutes,
          ...(input.snapshot === undefined ? {} : { snapshot: input.snapshot }),
        };
        const timeout = timeoutMs / 1000;
        return sandboxSchema.parse(await daytona.create(params, { timeout }));
      }),
    get: (idOrName) =>
      withSandboxErrors(async () => sandboxSchema.parse((await api.getSandbox(idOrName)).data)),
    list: ({ labels, cursor, limit = PAGE_SIZE }) =>
      withSandboxErrors(async () => {
        const filter = JSON.stringify(labels);
        const [organization, id, name] = [undefined, undefined, undefined];
        const { data } = await api.listSandboxes(organization, cursor, limit, id, name, filter);
        const { items, nextCursor } = pageSchema.parse(data);
        return { items, nextCursor: nextCursor ?? null };
      }),
    requestTransition: (id, transition, timeout) =>
      withSandboxErrors(async () => {
        const { data } = await REQUESTS[transition](api, id, { timeout });
        transitionSchema.parse(data);
      }, id),
    execute: (id, { command, env, timeoutSeconds }) =>
      withSandboxErrors(async () => {
        const sandbox = await daytona.get(id);
        if (sandbox.id !== id) {
          throw new SandboxError("UNEXPECTED_RESPONSE", "the answer is about another sandbox");
        }
        if (sandbox.state !== "started") {
          const state = sandbox.state ?? "in no known state";
          throw new SandboxError("INVALID", `the sandbox is ${state}`);
        }
        const { process } = sandbox;
        const response = await process.executeCommand(command, undefined, env, timeoutSeconds);
        const { exitCode, result: output } = commandSchema.parse(response);
        return { exitCode, output };
      }, id),
    keepAwake: (id) =>
      withSandboxErrors(async () => {
        await api.updateLastActivity(id);
      }, id),
    previewUrl: (id, port, expiresInSeconds) =>
      withSandboxErrors(async () => {
        const organization = undefined;
        const { data } = await api.getSignedPortPreviewUrl(
          id,
          port,
          organization,
          expiresInSeconds,
        );
        return signedPreviewSchema.parse(data).url;
      }, id),
  };
}

type Request = (
  api: SandboxApi,
  id: string,
  options: { timeout: number },
) => Promise<{ data: unknown }>;

/** The request for each transition; the arguments left out are the organization and `skipStart`. */
const REQUESTS: Record<Transition, Request> = {
  start: (api, id, options) => api.startSandbox(id, undefined, options),
  stop: (api, id, options) => api.stopSandbox(id, undefined, false, options),
  archive: (api, id, options) => api.archiveSandbox(id, undefined, options),
  recover: (api, id, options) => api.recoverSandbox(id, undefined, undefined, options),
  delete: (api, id, options) => api.deleteSandbox(id, undefined, options),
};
