import { DEPLOYMENT_METADATA } from "../engine/deployment_metadata.ts";
import { FunctionError } from "../errors.ts";
import { FailureError, type Failure } from "../runtime/failure.ts";
import { refusedOperation } from "../runtime/refused_operations.ts";
import { formatFunctionPath } from "../engine/paths.ts";
import type { ActionFrame } from "./frame.ts";
import type { FromRunner } from "./protocol.ts";

/** Calls that the engine or other actions answer. */
const FORWARDED = new Set([
  "actions/query",
  "actions/mutation",
  "actions/action",
  "actions/schedule",
  "actions/cancel_job",
  "createFunctionHandle",
]);

/** Those of them that run a function, and can fail as it does. */
const CALLS = new Set(["actions/query", "actions/mutation", "actions/action"]);

interface Waiting {
  readonly frame: ActionFrame;
  readonly op: string;
  resolve(value: string): void;
  reject(error: Error): void;
}

/** Answers the system calls of actions: here what only needs the request, the rest by the server. */
export class ActionSyscalls {
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;

  constructor(private readonly send: (message: FromRunner) => void) {}

  /** A call by an action that has ended never settles, so that its failure is not taken for one of the next action. */
  async call(frame: ActionFrame, op: string, args: string): Promise<string> {
    if (frame.closed) return await new Promise<never>(() => undefined);
    const name = op.replace(/^1\.0\//, "");
    if (FORWARDED.has(name)) return await this.#forward(frame, name, args);
    const { task } = frame;
    switch (name) {
      case "getUserIdentity":
        if (task.authError !== null) throw new FunctionError(task.authError);
        return JSON.stringify(task.request.identity);
      case "getFunctionMetadata":
        return JSON.stringify({
          name: formatFunctionPath(task.target),
          componentPath: task.target.componentPath,
        });
      case "getDeploymentMetadata":
        return JSON.stringify(DEPLOYMENT_METADATA);
      case "getRequestMetadata":
        return JSON.stringify({
          ip: task.request.ip,
          userAgent: task.request.userAgent,
          requestId: task.request.requestId,
          scheduledFunctionId: task.request.jobId,
          authToken: null,
        });
      default:
        throw refusedOperation(op);
    }
  }

  succeed(id: number, value: string): void {
    this.#waiting.get(id)?.resolve(value);
    this.#waiting.delete(id);
  }

  fail(id: number, failure: Failure): void {
    const waiting = this.#waiting.get(id);
    // What can't be asked for is no failure of a function.
    const message = waiting !== undefined && CALLS.has(waiting.op) ? undefined : failure.message;
    waiting?.reject(new FailureError(failure, message));
    this.#waiting.delete(id);
  }

  /** Which calls an action has made that were not answered yet. */
  pending(frame: ActionFrame): ReadonlySet<string> {
    const calls = [...this.#waiting.values()].filter((waiting) => waiting.frame === frame);
    return new Set(calls.map(({ op }) => op));
  }

  /** Forgets the calls that an action has left behind: they never settle. */
  abandon(frame: ActionFrame): void {
    for (const [id, waiting] of this.#waiting) {
      if (waiting.frame === frame) this.#waiting.delete(id);
    }
  }

  #forward(frame: ActionFrame, op: string, args: string): Promise<string> {
    const id = this.#nextId++;
    const { component } = frame.task.target;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { frame, op, resolve, reject });
      this.send({ kind: "syscall", id, action: frame.task.id, component, op, args });
    });
  }
}
