/**
 * `@quaver/sandbox` as these suites see it: sandboxes in memory, faults on demand. The package's
 * own suites run the real one, through Daytona's SDK, against the emulator.
 */
import type {
  CreateSandboxInput,
  ReadCommandInput,
  Sandbox,
  SandboxClient,
  SandboxClientOptions,
  SandboxErrorCode,
  SandboxState,
  StartCommandInput,
} from "@quaver/sandbox";
import { FakeApp } from "./fakeApp.ts";

/** Stands for the package's error class; `code` and `retryable` are what callers go by. */
export class FakeSandboxError extends Error {
  constructor(
    readonly code: SandboxErrorCode,
    readonly retryable: boolean,
    readonly sandboxId?: string,
  ) {
    super(`secret details about ${code}`);
  }
}

const DEFAULT_TIMEOUT_MS = 90_000; // the package's own

/** Daytona is away. */
export const DOWN = new FakeSandboxError("UNAVAILABLE", true);

/** The package's client. */
export type Client = SandboxClient;

/** What can be made to fail: making the client, and each of its calls. */
export type Call = "connect" | keyof Client;

/** A command in a session, as the agent's is. */
export interface FakeCommand {
  id: string;
  sandboxId: string;
  input: StartCommandInput;
  output: string;
  /** The end of its standard error. */
  errors: string;
  exitCode: number | null;
}

/** One Daytona account. */
export class FakeDaytona {
  /** What is there, by id. */
  readonly sandboxes = new Map<string, Sandbox>();
  /** The agent's commands that have been started, in order; those of a session that was ended too. */
  readonly commands: FakeCommand[] = [];
  /** What was asked for, in order. */
  readonly created: CreateSandboxInput[] = [];
  /** How clients were made, in order. */
  readonly clients: SandboxClientOptions[] = [];
  /** Each call that was made, in order. */
  readonly calls: Call[] = [];
  /** The sessions that were ended, in order. */
  readonly ended: string[] = [];
  /** Runs while a create is under way, before Daytona has made the sandbox. */
  beforeCreate: () => Promise<void> = () => Promise.resolve();
  /** Runs while a create is under way, after Daytona has made the sandbox. */
  duringCreate: (sandbox: Sandbox) => Promise<void> = () => Promise.resolve();
  /** Runs while any other call is under way, after Daytona has done what was asked. */
  during: (call: Call) => Promise<void> = () => Promise.resolve();
  /**
   * Which calls are never answered: they end when their client's time is up. The second argument is the
   * sandbox's id or name, for calls that are about one.
   */
  hangs: (call: Call, sandbox: string) => boolean = () => false;
  /** The app's folder in each sandbox, by the sandbox's id: see `app`. */
  readonly apps = new Map<string, FakeApp>();
  /** What lies between the backend and this account. */
  via: (client: Client) => Client = (client) => client;
  /** What the list says of a sandbox, which may be stale. */
  listed: (sandbox: Sandbox) => Sandbox = (sandbox) => sandbox;
  /** How many sandboxes a page of the list has. */
  pageSize = 100;

  #faults: { call: Call; error: Error; after: boolean }[] = [];
  #single: { index: number; error: Error; after: boolean } | undefined;
  #sessions = new Map<string, FakeCommand>();
  #count = 0;

  /**
   * Makes the next `times` calls of this kind throw: before they do anything, or with `after`, once
   * they have done it.
   */
  fail(call: Call, error: Error, times = 1, { after = false } = {}): void {
    for (let i = 0; i < times; i++) this.#faults.push({ call, error, after });
  }

  /**
   * Makes a single call throw, of whatever kind: the one that has `index` calls before it in `calls`.
   */
  failAt(index: number, error: Error, { after = false } = {}): void {
    this.#single = { index, error, after };
  }

  /** Faults that have been ordered and not met yet. */
  get faultsLeft(): number {
    return this.#faults.length;
  }

  /** Takes back the faults that have not been met. */
  heal(): void {
    this.#faults = [];
  }

  /** Forgets everything: an account that was never used. */
  reset(): void {
    this.heal();
    this.#single = undefined;
    this.#count = 0;
    this.#sessions.clear();
    this.sandboxes.clear();
    this.apps.clear();
    for (const list of [this.commands, this.created, this.clients, this.calls, this.ended])
      list.length = 0;
  }

  /** The sandbox with this id or name. */
  find(idOrName: string): Sandbox | undefined {
    const all = [...this.sandboxes.values()];
    return all.find(({ id, name }) => id === idOrName || name === idOrName);
  }

  /** Puts a sandbox into a state, as Daytona does by itself. What runs in it ends with a stop. */
  drift(id: string, state: SandboxState | "missing"): void {
    if (state !== "started") this.#endSessions(id);
    const sandbox = this.#sandbox(id);
    if (state === "missing") this.sandboxes.delete(id);
    else sandbox.state = state;
  }

  /** Makes a sandbox that no call of the backend asked for. */
  add(input: Pick<CreateSandboxInput, "name" | "labels">, createdAt: number): Sandbox {
    const id = `sandbox-${String(++this.#count)}`;
    const sandbox: Sandbox = {
      id,
      name: input.name,
      state: "started",
      recoverable: false,
      labels: input.labels,
      createdAt: new Date(createdAt).toISOString(),
      errorReason: null,
    };
    this.sandboxes.set(id, sandbox);
    return sandbox;
  }

  /** The app's folder in a sandbox. */
  app(sandboxId: string): FakeApp {
    const app = this.apps.get(sandboxId) ?? new FakeApp(sandboxId);
    this.apps.set(sandboxId, app);
    return app;
  }

  /** The latest command of the agent. */
  get agent(): FakeCommand {
    const command = this.commands.at(-1);
    if (command === undefined) throw new Error("No agent was started.");
    return command;
  }

  /** Whether the agent's latest command still has its session. */
  get agentRuns(): boolean {
    return this.isRunning(this.agent);
  }

  /** Whether a command of an agent still has its session. */
  isRunning(command: FakeCommand): boolean {
    return [...this.#sessions.values()].includes(command) && command.exitCode === null;
  }

  /** What `vi.doMock("@quaver/sandbox")` puts in the package's place. */
  module() {
    return {
      createSandboxClient: (options: SandboxClientOptions) =>
        this.via(this.#patient(this.#client(options), options.timeoutMs)),
      isSandboxError: (error: unknown) => error instanceof FakeSandboxError,
    };
  }

  #client(options: SandboxClientOptions): Client {
    const fault = this.#takeFault("connect", false);
    if (fault) throw fault;
    this.clients.push(options);
    return {
      create: (input) => this.#create(input),
      get: (idOrName) => this.#meet("get", () => structuredClone(this.find(idOrName)) ?? null),
      list: ({ labels, cursor }) =>
        this.#meet("list", () => this.#page(labels, Number(cursor ?? 0))),
      start: (id) => this.#meet("start", () => this.#change(id, "started")),
      stop: (id) => this.#meet("stop", () => this.#change(id, "stopped")),
      archive: (id) => this.#meet("archive", () => this.#change(id, "archiving")),
      delete: (id) => this.#meet("delete", () => void this.sandboxes.delete(id)),
      startCommand: (id, input) => this.#meet("startCommand", () => this.#startCommand(id, input)),
      readCommand: (id, input) => this.#meet("readCommand", () => this.#read(id, input)),
      endSession: (id, session) =>
        this.#meet("endSession", () => {
          this.ended.push(session);
          this.#sessions.delete(`${id} ${session}`);
        }),
      keepAwake: (id) => this.#meet("keepAwake", () => void this.#sandbox(id)),
      listFiles: (id, { path }) => this.#meet("listFiles", () => this.#app(id).list(path)),
      readFile: (id, { path }) => this.#meet("readFile", () => this.#app(id).read(path)),
      commitVersion: (id, { message }) =>
        this.#meet("commitVersion", () => ({ version: this.#app(id).commit(message) })),
      readChanges: (id, { version }) =>
        this.#meet("readChanges", () => this.#app(id).changes(version)),
      restoreVersion: (id, { version, message }) =>
        this.#meet("restoreVersion", () => this.#app(id).restore(version, message)),
      createDownload: (id, { expiresInSeconds }) =>
        this.#meet("createDownload", () => this.#app(id).download(expiresInSeconds)),
      previewUrl: (id, { port, expiresInSeconds }) =>
        this.#meet("previewUrl", () => {
          const url = `https://${String(port)}-${this.#sandbox(id).id}.daytona.test`;
          return { url, expiresAt: Date.now() + expiresInSeconds * 1000, isListening: true };
        }),
    };
  }

  /** A client whose calls are waited for as long as its time allows. */
  #patient(client: Client, timeoutMs = DEFAULT_TIMEOUT_MS): Client {
    return new Proxy(client, {
      get: (target, name): unknown => {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== "function") return method;
        return async (...args: unknown[]) => {
          const about = typeof args[0] === "string" ? args[0] : "";
          // The client's methods are the calls.
          const call = name as Call;
          if (!this.hangs(call, about))
            return (await Reflect.apply(method, target, args)) as unknown;
          this.calls.push(call);
          await new Promise((resolve) => setTimeout(resolve, timeoutMs));
          throw new FakeSandboxError("TIMEOUT", true);
        };
      },
    });
  }

  async #create(input: CreateSandboxInput): Promise<Sandbox> {
    this.created.push(input);
    await this.beforeCreate();
    const sandbox = await this.#meet("create", () => this.#adoptOrAdd(input));
    await this.duringCreate(sandbox);
    return sandbox;
  }

  #adoptOrAdd(input: CreateSandboxInput): Sandbox {
    const found = this.find(input.name);
    if (found === undefined) return this.add(input, Date.now());
    if (found.state === "error" && !found.recoverable) {
      throw new FakeSandboxError("SANDBOX_FAILED", false, found.id);
    }
    found.state = "started";
    return found;
  }

  #page(labels: Record<string, string>, from: number) {
    const all = [...this.sandboxes.values()]
      .map(this.listed)
      .filter((sandbox) =>
        Object.entries(labels).every(([name, value]) => sandbox.labels[name] === value),
      );
    const to = from + this.pageSize;
    return { items: all.slice(from, to), nextCursor: to < all.length ? String(to) : null };
  }

  #sandbox(id: string): Sandbox {
    const sandbox = this.sandboxes.get(id);
    if (sandbox === undefined) throw new FakeSandboxError("NOT_FOUND", false, id);
    return sandbox;
  }

  #change(id: string, state: SandboxState): void {
    const sandbox = this.#sandbox(id);
    if (sandbox.state === "error") throw new FakeSandboxError("SANDBOX_FAILED", false, id);
    this.drift(id, state);
  }

  #started(id: string): Sandbox {
    const sandbox = this.#sandbox(id);
    if (sandbox.state !== "started") throw new FakeSandboxError("INVALID", false, id);
    return sandbox;
  }

  #app(id: string): FakeApp {
    return this.app(this.#started(id).id);
  }

  #startCommand(sandboxId: string, input: StartCommandInput): { commandId: string } {
    this.#started(sandboxId);
    const key = `${sandboxId} ${input.session}`;
    const found = this.#sessions.get(key);
    if (found !== undefined) return { commandId: found.id };
    const id = `command-${String(this.commands.length + 1)}`;
    const command: FakeCommand = { id, sandboxId, input, output: "", errors: "", exitCode: null };
    this.commands.push(command);
    this.#sessions.set(key, command);
    return { commandId: id };
  }

  #read(sandboxId: string, { session, commandId, offset, limit, withErrors }: ReadCommandInput) {
    this.#started(sandboxId);
    const command = this.#sessions.get(`${sandboxId} ${session}`);
    if (command?.id !== commandId) return null;
    const whole = new Uint8Array(Buffer.from(command.output));
    const output = whole.subarray(offset, offset + limit);
    const more = limit > 0 && whole.length > offset + limit;
    const errors = command.exitCode === null && !withErrors ? "" : command.errors;
    return { exitCode: command.exitCode, output, more, errors };
  }

  #endSessions(sandboxId: string): void {
    for (const key of this.#sessions.keys()) {
      if (key.startsWith(`${sandboxId} `)) this.#sessions.delete(key);
    }
  }

  async #meet<T>(call: Call, answer: () => T): Promise<T> {
    const index = this.calls.push(call) - 1;
    const single = this.#single?.index === index ? this.#single : undefined;
    const before = single?.after === false ? single.error : this.#takeFault(call, false);
    if (before) throw before;
    const answered = answer();
    if (call !== "create") await this.during(call);
    const after = single?.error ?? this.#takeFault(call, true);
    if (after) throw after;
    return answered;
  }

  #takeFault(call: Call, after: boolean): Error | undefined {
    const index = this.#faults.findIndex((fault) => fault.call === call && fault.after === after);
    return index === -1 ? undefined : this.#faults.splice(index, 1)[0]?.error;
  }
}
