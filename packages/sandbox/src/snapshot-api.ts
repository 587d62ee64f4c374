import { Configuration, SnapshotsApi } from "@daytona/api-client";
import { Daytona, DaytonaNotFoundError, Image } from "@daytonaio/sdk";
import * as z from "zod";
import { toSandboxError } from "./daytona-errors.ts";
import { isSandboxError, SandboxError } from "./errors.ts";

/** What a snapshot is made of: a Dockerfile with the files beside it, and what a sandbox of it gets. */
export interface SnapshotInput {
  name: string;
  /** The Dockerfile's path. What it copies is looked for in its folder. */
  dockerfile: string;
  cpu: number;
  /** GiB. */
  memory: number;
  /** GiB. */
  disk: number;
}

const snapshotSchema = z.object({
  id: z.string().min(1),
  name: z.string(),
  state: z.string(),
  errorReason: z.string().nullish(),
});

/** A snapshot, as Daytona answers it. */
export type Snapshot = z.infer<typeof snapshotSchema>;

/** Daytona's API of snapshots. Each call is a single attempt, and whatever it throws is a `SandboxError`. */
export interface SnapshotApi {
  /** By name; null if there is none. */
  find(name: string): Promise<Snapshot | null>;
  /** Uploads the files, requests the snapshot, and returns when its build has ended. */
  create(input: SnapshotInput): Promise<void>;
  activate(id: string): Promise<void>;
  /** Begins to delete it; does nothing when it is gone. */
  remove(id: string): Promise<void>;
  /** Reads the lines of its build, as they come, until the build ends or the signal aborts. */
  followLogs(id: string, onLine: (line: string) => void, signal: AbortSignal): Promise<void>;
}

/**
 * Connects to Daytona. The SDK uploads and creates. Everything else goes through its API client: the SDK's own way of
 * following a build shows nothing of one that is quick, and cuts its output between chunks, not lines.
 */
export function connectToSnapshots(options: {
  apiKey: string;
  apiUrl: string;
  target?: string | undefined;
  requestTimeoutMs: number;
}): SnapshotApi {
  const { apiKey, apiUrl, target, requestTimeoutMs } = options;
  const daytona = new Daytona({
    apiKey,
    apiUrl,
    requestTimeoutMs,
    useDeprecatedPolling: true, // otherwise it opens a socket at once and keeps the process alive
    otelEnabled: false,
    ...(target === undefined ? {} : { target }),
  });
  const headers = { Authorization: `Bearer ${apiKey}` };
  // The same axios: the SDK's types name its ESM build, the API client's types its CommonJS build.
  const axios = Daytona.createAxiosInstance(requestTimeoutMs) as unknown as AxiosInstance;
  const configuration = new Configuration({ basePath: apiUrl, baseOptions: { headers } });
  const api = new SnapshotsApi(configuration, undefined, axios);
  const withErrors = async <Result>(call: () => Promise<Result>): Promise<Result> => {
    try {
      return await call();
    } catch (error) {
      throw toSnapshotError(error, apiKey);
    }
  };
  const orNothing = async <Result>(call: () => Promise<Result>): Promise<Result | null> => {
    try {
      return await withErrors(call);
    } catch (error) {
      if (isSandboxError(error) && error.code === "NOT_FOUND") return null;
      throw error;
    }
  };
  return {
    find: (name) => orNothing(async () => snapshotSchema.parse((await api.getSnapshot(name)).data)),
    create: ({ name, dockerfile, cpu, memory, disk }) =>
      withErrors(async () => {
        const image = Image.fromDockerfile(dockerfile, { strictContext: true });
        const timeout = requestTimeoutMs / 1000;
        await daytona.snapshot.create(
          { name, image, resources: { cpu, memory, disk } },
          { timeout },
        );
      }),
    activate: (id) =>
      withErrors(async () => {
        await api.activateSnapshot(id);
      }),
    remove: async (id) => {
      await orNothing(() => api.removeSnapshot(id));
    },
    followLogs: (id, onLine, signal) =>
      withErrors(async () => {
        const { url } = z
          .object({ url: z.url() })
          .parse((await api.getSnapshotBuildLogsUrl(id)).data);
        const response = await fetch(`${url}?follow=true`, { headers, signal });
        if (!response.ok) throw new SandboxError("UNAVAILABLE", `no logs: ${response.status}`);
        if (response.body) await readLines(response.body, onLine);
      }),
  };
}

/**
 * The files and folders that a Dockerfile copies, as absolute paths: what `create` uploads beside it.
 *
 * @throws SandboxError `INVALID` if there is no such Dockerfile, or it copies from outside its folder.
 */
export function copiedPaths(dockerfile: string): string[] {
  try {
    const { contextList } = Image.fromDockerfile(dockerfile, { strictContext: true });
    return contextList.map(({ sourcePath }) => sourcePath);
  } catch (error) {
    throw toSnapshotError(error, NO_KEY);
  }
}

const NO_KEY = "\0"; // occurs in no message: no call was made with a key

type AxiosInstance = NonNullable<ConstructorParameters<typeof SnapshotsApi>[2]>;

/** Lines as they become complete; the last one may lack its end. */
async function readLines(
  body: ReadableStream<Uint8Array>,
  onLine: (line: string) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r?\n/);
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  }
  rest += decoder.decode();
  if (rest !== "") onLine(rest);
}

/** What a single sandbox may have, and how many snapshots there may be: Daytona's snapshot service. */
const ABOVE_QUOTA =
  /^(CPU|Memory|Disk) request \S+ exceeds maximum allowed per |^Snapshot quota exceeded\. /;

/** As `toSandboxError`, for errors of the upload too, and with the meaning that they have for snapshots. */
function toSnapshotError(error: unknown, apiKey: string): SandboxError {
  const { code, message, retryAfterMs } = toSandboxError(error, apiKey);
  if (ABOVE_QUOTA.test(message)) {
    return new SandboxError("QUOTA_EXCEEDED", message, { retryable: false });
  }
  // Without a status it is no answer: the SDK doesn't find the Dockerfile, or a file that it copies.
  if (error instanceof DaytonaNotFoundError && error.statusCode === undefined) {
    return new SandboxError("INVALID", message);
  }
  if (isSandboxError(error) || code !== "UNEXPECTED_RESPONSE") {
    return new SandboxError(code, message, { retryAfterMs });
  }
  return new SandboxError(codeOfUpload(error), message);
}

/** The error of the AWS SDK, which uploads; without a status it could not connect. */
function codeOfUpload(error: unknown) {
  const parsed = z
    .object({ $metadata: z.object({ httpStatusCode: z.int().optional() }) })
    .safeParse(error);
  if (!parsed.success) return isConnectionError(error) ? "UNAVAILABLE" : "UNEXPECTED_RESPONSE";
  const status = parsed.data.$metadata.httpStatusCode ?? 503;
  if (status === 401 || status === 403) return "FORBIDDEN";
  return status >= 500 ? "UNAVAILABLE" : "UNEXPECTED_RESPONSE";
}

function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? String(error.code) : "";
  return (
    /^(ECONN|EPIPE|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|UND_ERR)/.test(code) || error.name === "TypeError"
  );
}
