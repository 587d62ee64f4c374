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

/** How a run ended. */
export type RunEnd =
  | (FromRunner & { readonly kind: "done" | "thrown" })
  /** It did not end in time, and still runs. */
  | { readonly kind: "timedOut" }
  /** It has exceeded the memory limit, and still runs. */
  | { readonly kind: "outOfMemory" }
  /** The thread or process has ended. */
  | { readonly kind: "exited" }
  /** An action that it called was refused, so it has failed too; it still runs. */
  | { readonly kind: "refused"; readonly refusal: Refusal }
  /** The client of its response has disconnected; it still runs. */
  | { readonly kind: "abandoned" };

/** The server's end of an HTTP action's request and response. */
export interface HttpPeer {
  /** How many bytes of the response's body were received. */
  readonly bytesSent: number;
  /** Further lines for its log. */
  readonly lines: readonly LogLine[];
  /**
   * @param send sends a message to the action while it runs
   * @param abandon stops waiting for the action, which may still run
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
  /** Null unless it is an HTTP action. */
  readonly http: HttpPeer | null;
  /** Whether it exceeds the memory limit; called several times a second. */
  readonly isOverLimit?: () => boolean;
}

/** Runs an action on a runner that the caller has reserved, until this resolves. Never rejects. */
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
      // The run has ended, and the runner may have another action.
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
