import { Configuration, SandboxApi } from "@daytona/api-client";
import type { CreateSandboxFromSnapshotParams } from "@daytonaio/sdk";
import { Daytona } from "@daytonaio/sdk";
import { classify } from "./classify.ts";
import { SandboxError } from "./errors.ts";
import type { Sandbox } from "./sandbox.ts";
import {
  changeSchema,
  commandSchema,
  pageSchema,
  previewSchema,
  sandboxSchema,
} from "./sandbox.ts";

/** What can be asked for a sandbox that is there. */
export type Change = "start" | "stop" | "archive" | "recover" | "delete";

/** A command to run to its end. */
export interface RunInput {
  command: string;
  /** Relative to the sandbox's home folder; that folder unless given. */
  cwd?: string | undefined;
  env?: Record<string, string> | undefined;
  timeoutSeconds: number;
}

/** What a sandbox is made with. */
export interface CreateInput {
  name: string;
  labels: Record<string, string>;
  snapshot?: string | undefined;
  env?: Record<string, string> | undefined;
  /** Minutes without activity; 0 is never. */
  autoStopMinutes: number;
  /** Minutes stopped; 0 is Daytona's longest. */
  autoArchiveMinutes: number;
  /** Minutes stopped; 0 is at once, and it is never unless given. */
  autoDeleteMinutes?: number | undefined;
}

/** Which sandboxes to list, and from where. */
export interface ListInput {
  labels: Record<string, string>;
  cursor?: string | undefined;
  limit?: number | undefined;
}

/** The outcome of a command. */
export interface CommandResult {
  exitCode: number;
  output: string;
}

/** Daytona, one attempt a call: whatever goes wrong comes out as a `SandboxError`. */
export interface Door {
  /** Makes a sandbox and waits until it has started. */
  create(input: CreateInput, timeoutMs: number): Promise<Sandbox>;
  look(idOrName: string): Promise<Sandbox>;
  list(input: ListInput): Promise<{ items: Sandbox[]; nextCursor: string | null }>;
  /** Asks for a change; it is under way once this returns, not done. */
  change(id: string, change: Change, timeoutMs: number): Promise<void>;
  /** Makes ready to run commands in a sandbox. @throws SandboxError `INVALID` when it hasn't started. */
  shell(id: string): Promise<(input: RunInput) => Promise<CommandResult>>;
  /** Puts off the idle stop. */
  keepAwake(id: string): Promise<void>;
  previewUrl(id: string, port: number, expiresInSeconds: number): Promise<string>;
  toFailure: (error: unknown, sandboxId?: string) => SandboxError;
}

const PAGE_SIZE = 100;

/**
 * Opens the door. The SDK makes sandboxes and runs commands; the rest goes through the SDK's own API
 * client, whose answers can be checked before anything acts on them, and whose list has a cursor.
 *
 * @param options `requestTimeoutMs` bounds each single request.
 */
export function openDoor(options: {
  apiKey: string;
  apiUrl: string;
  target?: string | undefined;
  requestTimeoutMs: number;
}): Door {
  const { apiKey, apiUrl, target, requestTimeoutMs } = options;
  const daytona = new Daytona({
    apiKey,
    apiUrl,
    requestTimeoutMs,
    useDeprecatedPolling: true, // otherwise it opens a socket at once and keeps the process alive
    otelEnabled: false,
    ...(target === undefined ? {} : { target }),
  });
  const api = openApi(apiUrl, apiKey, requestTimeoutMs);
  const toFailure = (error: unknown, sandboxId?: string) => classify(error, apiKey, sandboxId);
  const guarded = async <Result>(call: () => Promise<Result>, sandboxId?: string) => {
    try {
      return await call();
    } catch (error) {
      throw toFailure(error, sandboxId);
    }
  };
  return {
    toFailure,
    create: (input, timeoutMs) =>
      guarded(async () => {
        const timeout = timeoutMs / 1000;
        return sandboxSchema.parse(await daytona.create(toParams(input), { timeout }));
      }),
    look: (idOrName) =>
      guarded(async () => sandboxSchema.parse((await api.getSandbox(idOrName)).data)),
    list: ({ labels, cursor, limit = PAGE_SIZE }) =>
      guarded(async () => {
        const filter = JSON.stringify(labels);
        const [none, id, name] = [undefined, undefined, undefined];
        const { data } = await api.listSandboxes(none, cursor, limit, id, name, filter);
        const { items, nextCursor } = pageSchema.parse(data);
        return { items, nextCursor: nextCursor ?? null };
      }),
    change: (id, change, timeout) =>
      guarded(async () => {
        const { data } = await CALLS[change](api, id, { timeout });
        changeSchema.parse(data);
      }, id),
    shell: (id) =>
      guarded(async () => {
        const sandbox = await daytona.get(id);
        if (sandbox.id !== id) {
          throw new SandboxError("UNEXPECTED_RESPONSE", "the answer is about another sandbox");
        }
        if (sandbox.state !== "started") {
          throw new SandboxError(
            "INVALID",
            `the sandbox is ${sandbox.state ?? "in no known state"}`,
          );
        }
        return ({ command, cwd, env, timeoutSeconds }) =>
          guarded(async () => {
            const response = await sandbox.process.executeCommand(
              command,
              cwd,
              env,
              timeoutSeconds,
            );
            const { exitCode, result: output } = commandSchema.parse(response);
            return { exitCode, output };
          }, id);
      }, id),
    keepAwake: (id) =>
      guarded(async () => {
        await api.updateLastActivity(id);
      }, id),
    previewUrl: (id, port, expiresInSeconds) =>
      guarded(async () => {
        const none = undefined;
        const { data } = await api.getSignedPortPreviewUrl(id, port, none, expiresInSeconds);
        return previewSchema.parse(data).url;
      }, id),
  };
}

type AxiosInstance = NonNullable<ConstructorParameters<typeof SandboxApi>[2]>;

function openApi(basePath: string, apiKey: string, requestTimeoutMs: number): SandboxApi {
  const headers = { Authorization: `Bearer ${apiKey}` };
  const configuration = new Configuration({ basePath, baseOptions: { headers } });
  // One axios: the SDK's types name its ESM build, the API client's its CommonJS one.
  const axios = Daytona.createAxiosInstance(requestTimeoutMs) as unknown as AxiosInstance;
  return new SandboxApi(configuration, undefined, axios);
}

type Call = (
  api: SandboxApi,
  id: string,
  options: { timeout: number },
) => Promise<{ data: unknown }>;

/** The request for each change; the arguments left out are the organization and `skipStart`. */
const CALLS: Record<Change, Call> = {
  start: (api, id, options) => api.startSandbox(id, undefined, options),
  stop: (api, id, options) => api.stopSandbox(id, undefined, false, options),
  archive: (api, id, options) => api.archiveSandbox(id, undefined, options),
  recover: (api, id, options) => api.recoverSandbox(id, undefined, undefined, options),
  delete: (api, id, options) => api.deleteSandbox(id, undefined, options),
};

function toParams(input: CreateInput): CreateSandboxFromSnapshotParams {
  return {
    name: input.name,
    labels: { ...input.labels }, // the SDK adds one of its own to the object it is given
    public: false,
    autoStopInterval: input.autoStopMinutes,
    autoArchiveInterval: input.autoArchiveMinutes,
    ...(input.autoDeleteMinutes === undefined
      ? {}
      : { autoDeleteInterval: input.autoDeleteMinutes }),
    ...(input.snapshot === undefined ? {} : { snapshot: input.snapshot }),
    ...(input.env === undefined ? {} : { envVars: { ...input.env } }),
  };
}
