import * as z from "zod"; // not `{ z }`: that bundles all of it, in sixty languages
import type { CommandProgress, ReadCommandInput, StartCommandInput } from "./background.ts";
import { endSession, readCommand, startCommand } from "./background.ts";
import type { Budget, Clock } from "./budget.ts";
import { startBudget, within, withRetries } from "./budget.ts";
import type { Means } from "./converge.ts";
import { converge, lookUp } from "./converge.ts";
import { createSandbox } from "./create.ts";
import type { Change, CommandResult, CreateInput, ListInput, RunInput } from "./door.ts";
import { openDoor } from "./door.ts";
import { SandboxError } from "./errors.ts";
import {
  createSchema,
  listSchema,
  previewInputSchema,
  readCommandSchema,
  runSchema,
  sessionNameSchema,
  startCommandSchema,
} from "./inputs.ts";
import type { Sandbox } from "./sandbox.ts";
import { idSchema } from "./sandbox.ts";

/** See `createSandboxClient`. */
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
 * Daytona's sandboxes: plain data in and out. Every operation ends within its time, and whatever
 * goes wrong is a `SandboxError`.
 */
export interface SandboxClient {
  /**
   * Makes a private sandbox and waits until it has started. If one by this name is there already,
   * it is adopted, started when it isn't, and returned: there is never a second one.
   *
   * @throws SandboxError `CONFLICT`, not retryable, if the name belongs to a sandbox with other
   * labels; `SANDBOX_FAILED` with its `sandboxId` if the one by this name is beyond recovery.
   */
  create(input: CreateInput): Promise<Sandbox>;
  /** The sandbox, or null if there is none. */
  get(idOrName: string): Promise<Sandbox | null>;
  /** One page of the sandboxes that carry all these labels. The list may be stale: `get` isn't. */
  list(input: ListInput): Promise<{ items: Sandbox[]; nextCursor: string | null }>;
  /** Starts it and waits until it has started; nothing to do when it has. */
  start(id: string): Promise<Sandbox>;
  /** Stops it and waits until it has stopped; nothing to do when it has. */
  stop(id: string): Promise<Sandbox>;
  /** Asks for a stopped sandbox to be archived, which goes on in `archiving` for minutes. */
  archive(id: string): Promise<Sandbox>;
  /** Recovers it from an error and waits until it has started. */
  recover(id: string): Promise<Sandbox>;
  /** Deletes it, having waited for a change under way; none by this id counts as done. */
  delete(id: string): Promise<void>;
  /**
   * Runs a command to its end in a started sandbox. Never retried once sent.
   *
   * @throws SandboxError `TIMEOUT`, not retryable, when it was ended for taking too long.
   */
  run(id: string, input: RunInput): Promise<CommandResult>;
  /**
   * Starts a command in a session of its own, in the background: without standard input, so that it
   * ends as it would in a terminal. When it has ended, what it left behind is ended too, wherever it
   * can be told by its environment, its process session or the output that it holds open. Asked again
   * with the same session, it answers the command that was started, and starts none: safe to ask until
   * it answers.
   */
  startCommand(id: string, input: StartCommandInput): Promise<{ commandId: string }>;
  /**
   * Looks at a command that was started, and at its output from an offset on.
   *
   * @returns null if there is no such command, or it was cut off: stopping a sandbox ends what runs.
   * @throws SandboxError `INVALID` while the sandbox isn't started.
   */
  readCommand(id: string, input: ReadCommandInput): Promise<CommandProgress | null>;
  /** Ends a session and what runs in it; none, or a sandbox that is gone or stopped, counts as done. */
  endSession(id: string, session: string): Promise<void>;
  /** Puts off the idle stop; a running command alone doesn't. */
  keepAwake(id: string): Promise<void>;
  /** A URL anyone may see the port at, until `expiresAt` (epoch milliseconds). */
  previewUrl(
    id: string,
    input: { port: number; expiresInSeconds: number },
  ): Promise<{ url: string; expiresAt: number }>;
}

const TIMEOUT_MS = 90_000; // a create from a snapshot that has to be pulled first
const LONGEST_REQUEST_MS = 20_000;

/**
 * Makes a client for Daytona.
 *
 * @throws SandboxError `INVALID` if there is no key, or the URL isn't one.
 */
export function createSandboxClient(options: SandboxClientOptions): SandboxClient {
  const { apiKey, target, timeoutMs = TIMEOUT_MS } = options;
  const apiUrl = checked(z.url(), options.apiUrl).replace(/\/+$/, "");
  checked(z.string().min(1), apiKey);
  const clock: Clock = {
    now: options.now ?? Date.now,
    sleep: options.sleep ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms))),
    random: options.random ?? Math.random,
  };
  // A third, so that a request without an answer leaves the time to ask again.
  const requestTimeoutMs = Math.min(LONGEST_REQUEST_MS, timeoutMs / 3);
  const door = openDoor({ apiKey, apiUrl, target, requestTimeoutMs });
  const means: Means = { door, requestTimeoutMs };

  const timed = <Result>(work: (budget: Budget) => Promise<Result>): Promise<Result> =>
    within(timeoutMs, work(startBudget(timeoutMs, clock)));

  const change = async (id: string, wanted: Change): Promise<Sandbox> => {
    const sandbox = await timed((budget) => converge(means, budget, checked(idSchema, id), wanted));
    if (!sandbox)
      throw new SandboxError("NOT_FOUND", "there is no such sandbox", { sandboxId: id });
    return sandbox;
  };

  return {
    create: async (input) => {
      const valid = checked(createSchema, input);
      return await timed((budget) => createSandbox(means, budget, valid));
    },
    get: async (idOrName) => {
      const valid = checked(idSchema, idOrName);
      return await timed((budget) => lookUp(means, budget, valid));
    },
    list: async (input) => {
      const valid = checked(listSchema, input);
      return await timed((budget) => withRetries(budget, () => door.list(valid), door.toFailure));
    },
    start: (id) => change(id, "start"),
    stop: (id) => change(id, "stop"),
    archive: (id) => change(id, "archive"),
    recover: (id) => change(id, "recover"),
    delete: async (id) => {
      const valid = checked(idSchema, id);
      await timed((budget) => converge(means, budget, valid, "delete"));
    },
    run: async (id, input) => {
      const [valid, validId] = [checked(runSchema, input), checked(idSchema, id)];
      const shell = await timed((budget) =>
        withRetries(budget, () => door.shell(validId), door.toFailure),
      );
      return await within(valid.timeoutSeconds * 1000 + timeoutMs, shell(valid));
    },
    startCommand: async (id, input) => {
      const [valid, validId] = [checked(startCommandSchema, input), checked(idSchema, id)];
      return await timed((budget) => startCommand(means, budget, validId, valid));
    },
    readCommand: async (id, input) => {
      const [valid, validId] = [checked(readCommandSchema, input), checked(idSchema, id)];
      return await timed((budget) => readCommand(means, budget, validId, valid));
    },
    endSession: async (id, session) => {
      const [valid, validId] = [checked(sessionNameSchema, session), checked(idSchema, id)];
      await timed((budget) => endSession(means, budget, validId, valid));
    },
    keepAwake: async (id) => {
      const validId = checked(idSchema, id);
      await timed((budget) => withRetries(budget, () => door.keepAwake(validId), door.toFailure));
    },
    previewUrl: async (id, input) => {
      const { port, expiresInSeconds } = checked(previewInputSchema, input);
      const validId = checked(idSchema, id);
      return await timed(async (budget) => {
        const expiresAt = clock.now() + expiresInSeconds * 1000; // from before the answer, to be safe
        const ask = () => door.previewUrl(validId, port, expiresInSeconds);
        return { url: await withRetries(budget, ask, door.toFailure), expiresAt };
      });
    },
  };
}

function checked<Output>(schema: z.ZodType<Output>, value: unknown): Output {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const where = issue?.path.join(".") ?? "";
  throw new SandboxError("INVALID", `${where || "argument"}: ${issue?.message ?? "is invalid"}`);
}
