import { SnapshotsApi } from "@daytona/api-client";
import { DaytonaError } from "@daytonaio/sdk";
import * as z from "zod"; // as in ../input-schemas.ts
import { openConnection, type ConnectionOptions } from "../connection.ts";
import { toSandboxError } from "../daytona-errors.ts";
import { isSandboxError, SandboxError } from "../errors.ts";
import type { SnapshotContent } from "./content.ts";

/** A snapshot, as plain data. */
export interface Snapshot {
  id: string;
  name: string;
  /** Daytona's: `pending`, `building`, `active`, `build_failed`, … */
  state: string;
  errorReason: string | null;
}

/** Daytona's API of snapshots. Each call is a single attempt, and whatever it throws is a `SandboxError`. */
export interface SnapshotApi {
  /** By its name, or null if there is none. */
  get(name: string): Promise<Snapshot | null>;
  /** Uploads the files and asks for the snapshot; when this returns, its build may not have begun. */
  create(name: string, content: SnapshotContent): Promise<void>;
  /** Begins to remove it; its name is free once it can't be found any more. */
  remove(id: string): Promise<void>;
  /** Has a snapshot that was put away fetched again. */
  activate(id: string): Promise<void>;
  /** What its build has written, in parts as they come. With `follow`, also what it will write, until it ends. */
  openBuildLog(
    id: string,
    options: { follow: boolean; signal: AbortSignal },
  ): Promise<AsyncIterable<Uint8Array>>;
}

const snapshotSchema = z
  .object({
    id: z.string().min(1),
    name: z.string(),
    state: z.string(),
    errorReason: z.string().nullish(),
  })
  .transform((raw): Snapshot => ({ ...raw, errorReason: raw.errorReason ?? null }));

const urlSchema = z.object({ url: z.url() });

/** What AWS's client adds to every error of the object storage. */
const storageErrorSchema = z.object({
  $metadata: z.object({ httpStatusCode: z.int().optional() }),
});

/** Thrown inside the SDK's `create` to leave it, once the snapshot has been asked for. */
class AskedFor extends Error {}

/**
 * Connects to Daytona. The SDK uploads, creates, removes and activates; answers that are read go through its own API
 * client, so that they are validated.
 */
export function connectToSnapshots(options: ConnectionOptions): SnapshotApi {
  const { apiKey, requestTimeoutMs } = options;
  const { daytona, headers, configuration, axios } = openConnection(options);
  const api = new SnapshotsApi(configuration, undefined, axios);
  const withSandboxErrors = async <Result>(call: () => Promise<Result>): Promise<Result> => {
    try {
      return await call();
    } catch (error) {
      throw toSnapshotError(error, apiKey);
    }
  };
  return {
    get: (name) =>
      withSandboxErrors(async () => snapshotSchema.parse((await api.getSnapshot(name)).data)).catch(
        (error: unknown) => {
          if (isSandboxError(error) && error.code === "NOT_FOUND") return null;
          throw error;
        },
      ),
    create: (name, { image, resources }) =>
      withSandboxErrors(async () => {
        // The SDK would wait without an end, and give up at the first answer that is lost. Its first line comes when
        // the snapshot has been asked for; from there on `ensure.ts` waits.
        const onLogs = (): never => {
          throw new AskedFor();
        };
        const timeout = requestTimeoutMs / 1000;
        try {
          await daytona.snapshot.create({ name, image, resources }, { timeout, onLogs });
        } catch (error) {
          if (!(error instanceof AskedFor)) throw error;
        }
      }),
    remove: (id) =>
      withSandboxErrors(async () => {
        await api.removeSnapshot(id);
      }),
    activate: (id) =>
      withSandboxErrors(async () => {
        await api.activateSnapshot(id);
      }),
    openBuildLog: (id, { follow, signal }) =>
      withSandboxErrors(async () => {
        const { url } = urlSchema.parse(
          (await api.getSnapshotBuildLogsUrl(id, undefined, { signal })).data,
        );
        const response = await fetch(`${url}${follow ? "?follow=true" : ""}`, { headers, signal });
        if (response.ok && response.body) return response.body;
        throw new SandboxError(
          "UNAVAILABLE",
          `the build's log was answered with ${response.status}`,
        );
      }),
  };
}

/** What a single sandbox may have, and how many snapshots there may be: Daytona's snapshot service. */
const ABOVE_QUOTA =
  /^(CPU|Memory|Disk) request \S+ exceeds maximum allowed per |^Snapshot quota exceeded\. /;

/** As `toSandboxError`, for errors of the upload too, and with the meaning that they have for snapshots. */
function toSnapshotError(error: unknown, apiKey: string): SandboxError {
  const storageError = storageErrorSchema.safeParse(error);
  if (!(error instanceof DaytonaError) && storageError.success) {
    const isRefused = storageError.data.$metadata.httpStatusCode === 403;
    const why = error instanceof Error ? error.message || error.name : String(error);
    const message = `the files could not be uploaded to Daytona's object storage: ${why}`;
    return new SandboxError(isRefused ? "FORBIDDEN" : "UNAVAILABLE", message);
  }
  const known = toSandboxError(error, apiKey);
  if (!ABOVE_QUOTA.test(known.message)) return known;
  return new SandboxError("QUOTA_EXCEEDED", known.message, { retryable: false });
}
