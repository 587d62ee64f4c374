import * as z from "zod"; // not `{ z }`: that bundles all of it, in sixty languages
import { createDownload, type Download } from "./app/download.ts";
import { listFiles, readFile, type FileContent, type FolderListing } from "./app/files.ts";
import type {
  AppPathInput,
  CommitVersionInput,
  CreateDownloadInput,
  ReadChangesInput,
  RestoreVersionInput,
} from "./app/input-schemas.ts";
import {
  appPathSchema,
  changesSchema,
  commitSchema,
  downloadSchema,
  restoreSchema,
} from "./app/input-schemas.ts";
import {
  commitVersion,
  readChanges,
  restoreVersion,
  type RestoredVersion,
  type VersionChanges,
} from "./app/versions.ts";
import { createSandbox } from "./create.ts";
import type { OperationContext } from "./daytona-api.ts";
import { connectToDaytona } from "./daytona-api.ts";
import type { Clock } from "./deadline.ts";
import { startDeadline, withRetries, withTimeout } from "./deadline.ts";
import type {
  CreateSandboxInput,
  ListSandboxesInput,
  PreviewInput,
  ReadCommandInput,
  StartCommandInput,
} from "./input-schemas.ts";
import {
  createSchema,
  idSchema,
  listSchema,
  previewSchema,
  readCommandSchema,
  sessionNameSchema,
  startCommandSchema,
  validate,
} from "./input-schemas.ts";
import { isListening, type Preview } from "./preview.ts";
import { findSandbox, reconcileState } from "./reconcile-state.ts";
import type { Sandbox } from "./response-schemas.ts";
import type { CommandProgress } from "./session-commands.ts";
import { endSession, readCommand, startCommand } from "./session-commands.ts";
import type { Transition } from "./transitions.ts";

/** How to reach Daytona, and how long an operation may take. */
export interface SandboxClientOptions {
  apiKey: string;
  /** `https://app.daytona.io/api`, or an emulator's. */
  apiUrl: string;
  /** The region. */
  target?: string | undefined;
  /** How long an operation may take with its waits and retries; 90,000 unless given. */
  timeoutMs?: number | undefined;
  /** For tests. */
  now?: (() => number) | undefined;
  /** For tests. */
  sleep?: ((ms: number) => Promise<void>) | undefined;
  /** For tests. */
  random?: (() => number) | undefined;
}

/**
 * Daytona's sandboxes. Arguments and results are plain data; every operation ends within its time; and
 * every error is a `SandboxError`.
 */
export interface SandboxClient {
  /**
   * Creates a private sandbox and waits until it has started. If there is one by this name already, it
   * is adopted: started if it isn't, and returned. So there is never a second one.
   *
   * @throws SandboxError `CONFLICT`, not retryable, if the name belongs to a sandbox with other
   * labels; `SANDBOX_FAILED` with its `sandboxId` if the one by this name can't be recovered.
   */
  create(input: CreateSandboxInput): Promise<Sandbox>;
  /** The sandbox, or null if there is none. */
  get(idOrName: string): Promise<Sandbox | null>;
  /** One page of the sandboxes that have all these labels. The list may be stale; `get` never is. */
  list(input: ListSandboxesInput): Promise<{ items: Sandbox[]; nextCursor: string | null }>;
  /** Starts it and waits until it has started; does nothing when it has. */
  start(id: string): Promise<void>;
  /** Stops it and waits until it has stopped; does nothing when it has, or is archived. */
  stop(id: string): Promise<void>;
  /** Begins to archive a stopped sandbox, which then takes minutes; does nothing when that has begun. */
  archive(id: string): Promise<void>;
  /** Deletes it, after any transition under way; does nothing when there is none by this id. */
  delete(id: string): Promise<void>;
  /**
   * Starts a command in a session of its own and doesn't wait for its end. It has no standard input.
   * When it has ended, the processes that it left behind are ended too, as far as they can be recognized:
   * by their environment, their process session, or the output that they hold open.
   *
   * Called again with the same session, this returns the command that was started, and starts nothing:
   * it is safe to repeat until there is an answer.
   */
  startCommand(id: string, input: StartCommandInput): Promise<{ commandId: string }>;
  /**
   * Reads how far a command has come, and its output from an offset on.
   *
   * @returns null if there is no such command, or if it was interrupted: stopping a sandbox ends what runs.
   * @throws SandboxError `INVALID` while the sandbox isn't started.
   */
  readCommand(id: string, input: ReadCommandInput): Promise<CommandProgress | null>;
  /** Ends a session and what runs in it; does nothing when the session or the sandbox is gone, or stopped. */
  endSession(id: string, session: string): Promise<void>;
  /** Resets the timer of the idle stop; a running command alone doesn't. */
  keepAwake(id: string): Promise<void>;
  /** A URL at which anyone can see the port, until `expiresAt` (epoch milliseconds), and whether an app listens there. */
  previewUrl(id: string, input: PreviewInput): Promise<Preview>;
  /**
   * Lists a folder of the app, which is `$HOME/app`. A link that leads out of it is not found. All of these methods need
   * Node in the sandbox, and those of versions git.
   *
   * @throws SandboxError `INVALID` for a path that is no app path, and while the sandbox isn't started; `TOOL_MISSING`.
   */
  listFiles(id: string, input: AppPathInput): Promise<FolderListing>;
  /** Reads a text file of the app, of up to 1 MiB. @throws SandboxError as `listFiles` does. */
  readFile(id: string, input: AppPathInput): Promise<FileContent>;
  /**
   * Makes a version of the app's files as they are. It has neither `node_modules`, `.git` and `.env` files, nor what the
   * app's `.gitignore` names, files of more than 50 MiB, and those that can't be read. If nothing has changed since the
   * last version, it is that one: safe to repeat.
   *
   * @returns the version's id, 40 hexadecimal digits.
   * @throws SandboxError as `listFiles` does, and `DISK_FULL`.
   */
  commitVersion(id: string, input: CommitVersionInput): Promise<{ version: string }>;
  /** Reads what a version changed, compared with the one before it. @throws SandboxError as `listFiles` does. */
  readChanges(id: string, input: ReadChangesInput): Promise<VersionChanges>;
  /**
   * Makes the app's files those of a version, as a new version. What is there becomes a version before, so that nothing is
   * lost; files that no version has stay. Where one stands in the way, it becomes part of the version before if it is only
   * ignored, and is moved to `$HOME/.quaver/replaced` otherwise. Safe to repeat; with an `order`, also for a request that
   * is late: it changes nothing once a later change has been made.
   *
   * @throws SandboxError as `commitVersion` does.
   */
  restoreVersion(id: string, input: RestoreVersionInput): Promise<RestoredVersion>;
  /**
   * Packs the app's folder, without `node_modules` and `.git`, and has the sandbox serve the archive until it expires.
   * More than ten times the largest size before compression is too large as well. Of downloads beyond three, the oldest ends.
   *
   * @throws SandboxError as `commitVersion` does.
   */
  createDownload(id: string, input: CreateDownloadInput): Promise<Download>;
}

const TIMEOUT_MS = 90_000; // a create from a snapshot that has to be pulled first
const MAX_REQUEST_TIMEOUT_MS = 20_000;

/**
 * Makes a client for Daytona.
 *
 * @throws SandboxError `INVALID` if there is no key, or the URL isn't one.
 */
export function createSandboxClient(options: SandboxClientOptions): SandboxClient {
  const { apiKey, target, timeoutMs = TIMEOUT_MS } = options;
  const apiUrl = validate(z.url(), options.apiUrl).replace(/\/+$/, "");
  validate(z.string().min(1), apiKey);
  const clock: Clock = {
    now: options.now ?? Date.now,
    sleep: options.sleep ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms))),
    random: options.random ?? Math.random,
  };
  // A third, so that after a request without an answer there is time for another.
  const requestTimeoutMs = Math.min(MAX_REQUEST_TIMEOUT_MS, timeoutMs / 3);
  const api = connectToDaytona({ apiKey, apiUrl, target, requestTimeoutMs });

  const run = <Result>(operation: (ctx: OperationContext) => Promise<Result>): Promise<Result> => {
    const deadline = startDeadline(timeoutMs, clock);
    return withTimeout(timeoutMs, operation({ api, deadline, requestTimeoutMs }));
  };

  const transition = async (id: string, to: Transition): Promise<void> => {
    const validId = validate(idSchema, id);
    await run((ctx) => reconcileState(ctx, validId, to));
  };

  /** An operation on the files of a sandbox. */
  const on =
    <Input, Valid, Result>(
      schema: z.ZodType<Valid, Input>,
      operation: (ctx: OperationContext, id: string, input: Valid) => Promise<Result>,
    ) =>
    async (id: string, input: Input): Promise<Result> => {
      const [validId, valid] = [validate(idSchema, id), validate(schema, input)];
      return await run((ctx) => operation(ctx, validId, valid));
    };

  return {
    create: async (input) => {
      const valid = validate(createSchema, input);
      return await run((ctx) => createSandbox(ctx, valid));
    },
    get: async (idOrName) => {
      const valid = validate(idSchema, idOrName);
      return await run((ctx) => findSandbox(ctx, valid));
    },
    list: async (input) => {
      const valid = validate(listSchema, input);
      return await run(({ deadline }) => withRetries(deadline, () => api.list(valid)));
    },
    start: (id) => transition(id, "start"),
    stop: (id) => transition(id, "stop"),
    archive: (id) => transition(id, "archive"),
    delete: (id) => transition(id, "delete"),
    startCommand: async (id, input) => {
      const [validId, valid] = [validate(idSchema, id), validate(startCommandSchema, input)];
      return await run((ctx) => startCommand(ctx, validId, valid));
    },
    readCommand: async (id, input) => {
      const [validId, valid] = [validate(idSchema, id), validate(readCommandSchema, input)];
      return await run((ctx) => readCommand(ctx, validId, valid));
    },
    endSession: async (id, session) => {
      const [validId, valid] = [validate(idSchema, id), validate(sessionNameSchema, session)];
      await run((ctx) => endSession(ctx, validId, valid));
    },
    keepAwake: async (id) => {
      const validId = validate(idSchema, id);
      await run(({ deadline }) => withRetries(deadline, () => api.keepAwake(validId)));
    },
    previewUrl: async (id, input) => {
      const { port, expiresInSeconds } = validate(previewSchema, input);
      const validId = validate(idSchema, id);
      return await run(async ({ deadline }) => {
        // Counted from before the request: the URL is good a little longer than this says.
        const expiresAt = clock.now() + expiresInSeconds * 1000;
        const request = () => api.previewUrl(validId, port, expiresInSeconds);
        const url = await withRetries(deadline, request);
        return { url, expiresAt, isListening: await isListening(url) };
      });
    },
    listFiles: on(appPathSchema, listFiles),
    readFile: on(appPathSchema, readFile),
    commitVersion: on(commitSchema, commitVersion),
    readChanges: on(changesSchema, readChanges),
    restoreVersion: on(restoreSchema, restoreVersion),
    createDownload: on(downloadSchema, (ctx, id, input) => createDownload(ctx, id, input, clock)),
  };
}
