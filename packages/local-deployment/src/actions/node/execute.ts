import { NODE_LOG_LIMITS } from "../../limits/functions.ts";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { isRegisteredFunction } from "../../runtime/modules/convex_exports.ts";
import type { LogLine } from "../../runtime/console.ts";
import { ActionFrame, currentAction } from "../frame.ts";
import type { ActionTask, FromRunner, Thrown } from "../protocol.ts";
import type { SyscallClient } from "../syscall_client.ts";
import { replaceEnvironment, setModuleGlobals } from "./environment.ts";
import { describeThrown, readStacksIn } from "./thrown.ts";

type End = FromRunner & { kind: "done" | "thrown" };

/** An error of the call, and not of the function: its message is reported unchanged. */
class CallError extends Error {}
/** The function took too long and still runs, so its process must be ended. */
class TimeoutError extends CallError {}

/** Runs one action to its end. Never rejects. @returns how it ended */
export async function executeAction(
  task: ActionTask,
  send: (message: FromRunner) => void,
  syscalls: SyscallClient,
): Promise<End> {
  const { id } = task;
  const say = (line: LogLine) => {
    send({ kind: "log", id, line });
  };
  const frame = new ActionFrame(task, say, NODE_LOG_LIMITS);
  try {
    const value = await currentAction.run(frame, async () => {
      const returned = await call(task);
      warnOfPending(syscalls.pending(frame));
      return returned;
    });
    return { kind: "done", id, outcome: { ok: true, value } };
  } catch (error) {
    const described = describeThrown(error);
    const thrown: Thrown = error instanceof CallError ? { ...described, name: null } : described;
    return { kind: "thrown", id, thrown, exiting: error instanceof TimeoutError };
  } finally {
    frame.closed = true;
    syscalls.abandon(frame);
  }
}

async function call({ target, request, args, node }: ActionTask): Promise<string> {
  const { module: path, name } = target;
  if (node === null) throw new CallError("The action was sent to Node without its code");
  readStacksIn(node.modules);
  const envHash = replaceEnvironment(node.env);
  const file = join(node.modules, path);
  setModuleGlobals(file);
  const url = pathToFileURL(file);
  // The entry is evaluated once for each set of variables; what it shares with others stays as it is.
  url.searchParams.set("envHash", envHash);
  const exported = ((await import(url.href)) as Record<string, unknown>)[name]; // a module has named exports
  if (exported === undefined)
    throw new CallError(`Couldn't find action \`${name}\` in \`${path}\``);
  const running = isRegisteredFunction(exported)
    ? exported.invokeAction?.(request.requestId, JSON.stringify([args]))
    : undefined;
  if (running === undefined) {
    throw new CallError(`\`${name}\` wasn't registered as a Convex action in \`${path}\``);
  }
  return await inTime(name, node.timeoutMs, running);
}

async function inTime(name: string, timeoutMs: number, running: Promise<string>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const limit = `maximum duration ${timeoutMs / 1_000}s`;
      reject(new TimeoutError(`Action \`${name}\` execution timed out (${limit})`));
    }, timeoutMs);
  });
  try {
    return await Promise.race([running, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** By the action's own console, as production does it. */
function warnOfPending(ops: ReadonlySet<string>): void {
  for (const op of ops) {
    const name = op.replace(/^actions\//, "");
    // eslint-disable-next-line no-console -- it is the function's, and goes to its log
    console.warn(
      `You have an outstanding ${name} call. Operations should be awaited or they might not run. Not awaiting promises might result in unexpected failures. See https://docs.convex.dev/functions/actions#dangling-promises for more information.`,
    );
  }
}
