/** A thread that evaluates one push: what its modules do while they are imported stays in here. */
import { messageOf } from "../errors.ts";
import type { PreparedPush } from "../engine/push.ts";
import { PushError } from "./errors.ts";
import { preparePush, type PushContext } from "./prepare.ts";
import { stopCompiler } from "../runtime/compile.ts";
import type { StartPushRequest } from "./request.ts";

/** A push to evaluate, and what it is evaluated against. */
export interface PushTask {
  readonly request: StartPushRequest;
  readonly context: PushContext;
}

/** What the thread says: that it is done compiling; then the push made ready, or why it is refused. */
export type PushReply =
  | "compiled"
  | { readonly ok: true; readonly push: PreparedPush }
  | { readonly ok: false; readonly code: string; readonly message: string };

declare const self: Worker;

async function prepare({ request, context }: PushTask): Promise<PushReply> {
  try {
    const push = await preparePush(request, context, async () => {
      // What comes now may never end, and the compiler's process must.
      await stopCompiler();
      self.postMessage("compiled" satisfies PushReply);
    });
    return { ok: true, push };
  } catch (error) {
    const code = error instanceof PushError ? error.code : "InvalidModule";
    return { ok: false, code, message: messageOf(error) };
  } finally {
    await stopCompiler();
  }
}

self.onmessage = ({ data }: MessageEvent<PushTask>) => {
  void prepare(data).then((reply) => {
    self.postMessage(reply);
  });
};
