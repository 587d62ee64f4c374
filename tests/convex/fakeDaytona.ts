/**
 * `@quaver/sandbox` as these suites see it: sandboxes in memory, faults on demand. The package's
 * own suites run the real one, through Daytona's SDK, against the stand-in.
 */
import type {
  CreateSandboxInput,
  Sandbox,
  SandboxClient,
  SandboxClientOptions,
  SandboxErrorCode,
} from "@quaver/sandbox";

/** Stands for the package's error class; `code` and `retryable` are what callers go by. */
export class FakeSandboxError extends Error {
  constructor(
    readonly code: SandboxErrorCode,
    readonly retryable: boolean,
  ) {
    super(`secret details about ${code}`);
  }
}

type Call = "connect" | "create" | "get" | "delete";

/** One Daytona account. */
export class FakeDaytona {
  /** What is there, by id. */
  readonly sandboxes = new Map<string, Sandbox>();
  /** What was asked for, in order. */
  readonly created: CreateSandboxInput[] = [];
  /** How clients were made, in order. */
  readonly clients: SandboxClientOptions[] = [];
  /** Runs while a create is under way, before Daytona has made the sandbox. */
  beforeCreate: () => Promise<void> = () => Promise.resolve();
  /** Runs while a create is under way, after Daytona has made the sandbox. */
  duringCreate: (sandbox: Sandbox) => Promise<void> = () => Promise.resolve();

  readonly #faults: { call: Call; error: Error }[] = [];
  #count = 0;

  /** Makes the next `times` calls of this kind throw, before they do anything. */
  fail(call: Call, error: Error, times = 1): void {
    for (let i = 0; i < times; i++) this.#faults.push({ call, error });
  }

  /** Faults that have been ordered and not met yet. */
  get faultsLeft(): number {
    return this.#faults.length;
  }

  /** The sandbox with this id or name. */
  find(idOrName: string): Sandbox | undefined {
    const all = [...this.sandboxes.values()];
    return all.find(({ id, name }) => id === idOrName || name === idOrName);
  }

  /** What `vi.doMock("@quaver/sandbox")` puts in the package's place. */
  module() {
    return {
      createSandboxClient: (options: SandboxClientOptions) => this.#client(options),
      isSandboxError: (error: unknown) => error instanceof FakeSandboxError,
    };
  }

  #client(options: SandboxClientOptions): Pick<SandboxClient, "create" | "get" | "delete"> {
    const fault = this.#takeFault("connect");
    if (fault) throw fault;
    this.clients.push(options);
    return {
      create: (input) => this.#create(input),
      get: (idOrName) => this.#meet("get", () => this.find(idOrName) ?? null),
      delete: (id) => this.#meet("delete", () => void this.sandboxes.delete(id)),
    };
  }

  async #create(input: CreateSandboxInput): Promise<Sandbox> {
    this.created.push(input);
    await this.beforeCreate();
    const sandbox = await this.#meet("create", () => this.find(input.name) ?? this.#add(input));
    await this.duringCreate(sandbox);
    return sandbox;
  }

  #add({ name, labels }: CreateSandboxInput): Sandbox {
    const id = `sandbox-${String(++this.#count)}`;
    const sandbox: Sandbox = {
      id,
      name,
      state: "started",
      recoverable: false,
      labels,
      createdAt: null,
      errorReason: null,
    };
    this.sandboxes.set(id, sandbox);
    return sandbox;
  }

  async #meet<T>(call: Call, answer: () => T): Promise<T> {
    const fault = this.#takeFault(call);
    if (fault) throw fault;
    return answer();
  }

  #takeFault(call: Call): Error | undefined {
    const index = this.#faults.findIndex((fault) => fault.call === call);
    return index === -1 ? undefined : this.#faults.splice(index, 1)[0]?.error;
  }
}
