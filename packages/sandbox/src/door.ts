import { Configuration, SandboxApi } from "@daytona/api-client";
import type { Sandbox as SdkSandbox } from "@daytonaio/sdk";
import type { CreateSandboxFromSnapshotParams } from "@daytonaio/sdk";
import { Daytona } from "@daytonaio/sdk";
import { classify } from "./classify.ts";
import type { SandboxError } from "./errors.ts";
import type { Sandbox } from "./sandbox.ts";
import { commandSchema, pageSchema, previewSchema, sandboxSchema } from "./sandbox.ts";

/** Changes the SDK asks for and then waits for, except archiving and deleting: there it only asks. */
export type Change = "start" | "stop" | "archive" | "recover" | "delete";

/** A sandbox as the SDK has it; this object stays inside the package. */
export interface Handle {
  /** What is known of it, as plain data. */
  data: Sandbox;
  change(change: Change, timeoutMs: number): Promise<void>;
  run(input: RunInput): Promise<{ exitCode: number; output: string }>;
  previewUrl(port: number, expiresInSeconds: number): Promise<string>;
}

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

/** The SDK, one attempt a call: whatever it throws comes out as a `SandboxError`. */
export interface Door {
  create(input: CreateInput, timeoutMs: number): Promise<Sandbox>;
  open(idOrName: string): Promise<Handle>;
  list(input: ListInput): Promise<{ items: Sandbox[]; nextCursor: string | null }>;
  toFailure: (error: unknown) => SandboxError;
}

const PAGE_SIZE = 100;

type AxiosInstance = NonNullable<ConstructorParameters<typeof SandboxApi>[2]>;

/** Opens the door. `requestTimeoutMs` bounds each single request. */
export function openDoor(options: {
  apiKey: string;
  apiUrl: string;
  organizationId?: string | undefined;
  target?: string | undefined;
  requestTimeoutMs: number;
}): Door {
  const { apiKey, apiUrl, organizationId, target, requestTimeoutMs } = options;
  const daytona = new Daytona({
    apiKey,
    apiUrl,
    requestTimeoutMs,
    useDeprecatedPolling: true, // otherwise it opens a socket at once and keeps the process alive
    otelEnabled: false,
    ...(organizationId === undefined ? {} : { organizationId }),
    ...(target === undefined ? {} : { target }),
  });
  // One axios: the SDK's types name its ESM build, the API client's its CommonJS one.
  const axios = Daytona.createAxiosInstance(requestTimeoutMs) as unknown as AxiosInstance;
  // The SDK's own list goes through all pages; a page and its cursor only its API client gives.
  const api = new SandboxApi(
    new Configuration({
      basePath: apiUrl,
      baseOptions: { headers: { Authorization: `Bearer ${apiKey}` } },
    }),
    undefined,
    axios,
  );
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
        const timeout = seconds(timeoutMs);
        return sandboxSchema.parse(await daytona.create(toParams(input), { timeout }));
      }),
    open: (idOrName) =>
      guarded(async () => {
        const sdk = await daytona.get(idOrName);
        return toHandle(sdk, sandboxSchema.parse(sdk), guarded);
      }),
    list: ({ labels, cursor, limit = PAGE_SIZE }) =>
      guarded(async () => {
        const filter = JSON.stringify(labels);
        const { data } = await api.listSandboxes(
          organizationId,
          cursor,
          limit,
          undefined,
          undefined,
          filter,
        );
        const { items, nextCursor } = pageSchema.parse(data);
        return { items, nextCursor: nextCursor ?? null };
      }),
  };
}

type Guard = <Result>(call: () => Promise<Result>, sandboxId?: string) => Promise<Result>;

function toHandle(sdk: SdkSandbox, data: Sandbox, guarded: Guard): Handle {
  const perform: Record<Change, (timeout: number) => Promise<void>> = {
    start: (timeout) => sdk.start(timeout),
    stop: (timeout) => sdk.stop(timeout),
    archive: () => sdk.archive(),
    recover: (timeout) => sdk.recover(timeout),
    delete: (timeout) => sdk.delete(timeout),
  };
  return {
    data,
    change: (change, timeoutMs) => guarded(() => perform[change](seconds(timeoutMs)), data.id),
    run: ({ command, cwd, env, timeoutSeconds }) =>
      guarded(async () => {
        const response = await sdk.process.executeCommand(command, cwd, env, timeoutSeconds);
        const { exitCode, result: output } = commandSchema.parse(response);
        return { exitCode, output };
      }, data.id),
    previewUrl: (port, expiresInSeconds) =>
      guarded(async () => {
        return previewSchema.parse(await sdk.getSignedPreviewUrl(port, expiresInSeconds)).url;
      }, data.id),
  };
}

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

/** The SDK takes seconds, and 0 for no limit, which is never meant here. */
function seconds(timeoutMs: number): number {
  return Math.max(0.001, timeoutMs / 1000);
}
