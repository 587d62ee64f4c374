import { FailureError, type Failure } from "../runtime/errors/failure.ts";
import { unsupportedSyscall } from "../runtime/unsupported_syscalls.ts";
import type { ActionFrame } from "./frame.ts";
import type { FromRunner } from "./protocol.ts";
import { actionSyscalls } from "./syscalls.ts";

interface PendingCall {
  readonly frame: ActionFrame;
  readonly op: string;
  resolve(value: string): void;
  reject(error: Error): void;
}

/** Makes the system calls of actions in their thread or process, and waits for the deployment's answers. */
export class SyscallClient {
  readonly #pending = new Map<number, PendingCall>();
  #nextId = 1;

  constructor(private readonly send: (message: FromRunner) => void) {}

  /** A call by an action that has ended never settles, so that its failure is not taken for one of the next action. */
  async call(frame: ActionFrame, op: string, args: string): Promise<string> {
    if (frame.closed) return await new Promise<never>(() => undefined);
    const name = op.replace(/^1\.0\//, "");
    const syscall = actionSyscalls.get(name);
    if (syscall === undefined) throw unsupportedSyscall(op);
    if (syscall.answeredBy === "deployment") return await this.#forward(frame, name, args);
    return JSON.stringify(syscall.answer(frame.task));
  }

  succeed(id: number, value: string): void {
    this.#pending.get(id)?.resolve(value);
    this.#pending.delete(id);
  }

  fail(id: number, failure: Failure): void {
    const call = this.#pending.get(id);
    const syscall = call === undefined ? undefined : actionSyscalls.get(call.op);
    const ranFunction = syscall?.answeredBy === "deployment" && syscall.runsFunction;
    // Only a function that was run has failed with a stack of its own.
    call?.reject(new FailureError(failure, ranFunction ? undefined : failure.message));
    this.#pending.delete(id);
  }

  /** The calls of an action that were not answered yet. */
  pending(frame: ActionFrame): ReadonlySet<string> {
    const calls = [...this.#pending.values()].filter((call) => call.frame === frame);
    return new Set(calls.map(({ op }) => op));
  }

  /** Drops the pending calls of an action that has ended: they never settle. */
  abandon(frame: ActionFrame): void {
    for (const [id, call] of this.#pending) {
      if (call.frame === frame) this.#pending.delete(id);
    }
  }

  #forward(frame: ActionFrame, op: string, args: string): Promise<string> {
    const id = this.#nextId++;
    const { component } = frame.task.target;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { frame, op, resolve, reject });
      this.send({ kind: "syscall", id, action: frame.task.id, component, op, args });
    });
  }
}
