import type { LogLine } from "../../runtime/console.ts";
import type {
  ActionTask,
  FromHttpCall,
  FromRunner,
  Refusal,
  SyscallAnswer,
  ToHttpCall,
} from "../protocol.ts";
import type { Runner } from "./runner.ts";

/** A system call, as an action makes it. */
export type SyscallRequest = FromRunner & { readonly kind: "syscall" };

/** What became of a run. */
export type RunEnd =
  | (FromRunner & { readonly kind: "done" | "thrown" })
  /** It did not end in time, and still runs. */
  | { readonly kind: "timedOut" }
  /** It fills the machine's memory, and still runs. */
  | { readonly kind: "outOfMemory" }
  /** The thread or process has ended. */
  | { readonly kind: "exited" }
  /** An action that it called was refused, which fails this one too; it still runs. */
  | { readonly kind: "refused"; readonly refusal: Refusal }
  /** The client of its response has gone away; it still runs. */
  | { readonly kind: "abandoned" };

/** The server's end of an HTTP action's request and response. */
export interface HttpPeer {
  /** How much of the response's body has come. */
  readonly bytesSent: number;
  /** What there is to say of it in the log. */
  readonly lines: readonly LogLine[];
  /**
   * @param send takes what is for the action, as long as it runs
   * @param abandon stops waiting for the action, which still runs
   */
  attach(send: (message: ToHttpCall) => void, abandon: () => void): void;
  receive(message: FromHttpCall): void;
}

/** How often its memory is checked, in milliseconds. */
const CHECK_MS = 100;

/** How a run is watched and served. */
interface Service {
  /** How long it may take, in milliseconds. */
  readonly timeoutMs: number;
  readonly syscall: (call: SyscallRequest) => Promise<SyscallAnswer>;
  /** Null for what is no HTTP action. */
  readonly http: HttpPeer | null;
  /** Whether it fills the machine's memory; it is asked several times a second. */
  readonly isOverLimit?: () => boolean;
}

/** Runs an action where nothing else runs. The runner is the caller's again when this resolves. Never rejects. */
export function runOn(
  runner: Runner,
  task: ActionTask,
  { timeoutMs, syscall, http, isOverLimit = () => false }: Service,
): Promise<{ readonly end: RunEnd; readonly logs: readonly LogLine[] }> {
  const logs: LogLine[] = [];
  return new Promise((resolve) => {
    const finish = (end: RunEnd) => {
      clearTimeout(timer);
      clearInterval(memoryChecks);
      if (runner.listener === listener) runner.listener = null;
      resolve({ end, logs });
    };
    const answer = async (call: SyscallRequest) => {
      const answer = await syscall(call);
      // What has ended can't be answered any more, and another action may be there.
      if (runner.listener !== listener) return;
      if ("refusal" in answer) finish({ kind: "refused", refusal: answer.refusal });
      else if ("failure" in answer)
        runner.send({ kind: "syscallFailure", id: call.id, failure: answer.failure });
      else runner.send({ kind: "syscallResult", id: call.id, value: answer.value });
    };
    const listener = {
      onMessage: (message: FromRunner) => {
        switch (message.kind) {
          case "log":
            if (message.id === task.id) logs.push(message.line);
            break;
          case "done":
          case "thrown":
            finish(message);
            break;
          case "syscall":
            if (message.action === task.id) void answer(message);
            break;
          case "head":
          case "chunk":
          case "pullRequest":
            if (message.id === task.id) http?.receive(message);
            break;
          case "pong":
          case "ready":
          case "analyzed":
            break;
        }
      },
      onExit: () => {
        finish({ kind: "exited" });
      },
    };
    const timer = setTimeout(finish, timeoutMs, { kind: "timedOut" });
    const memoryChecks = setInterval(() => {
      if (isOverLimit()) finish({ kind: "outOfMemory" });
    }, CHECK_MS);
    runner.listener = listener;
    runner.send({ kind: "run", task });
    http?.attach(
      (message) => {
        if (runner.listener === listener) runner.send({ ...message, id: task.id });
      },
      () => {
        finish({ kind: "abandoned" });
      },
    );
  });
}
