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

/** The push made ready, or why it is refused; before that, when files are evaluated (see `Evaluating`). */
export type PushReply =
  | { readonly kind: "evaluating"; readonly seconds: number | null }
  | { readonly kind: "prepared"; readonly push: PreparedPush }
  | {
      readonly kind: "refused";
      readonly code: string;
      readonly message: string;
      readonly status: number;
    };

declare const self: Worker;

async function prepare({ request, context }: PushTask): Promise<PushReply> {
  try {
    const push = await preparePush(request, context, (seconds) => {
      self.postMessage({ kind: "evaluating", seconds } satisfies PushReply);
    });
    return { kind: "prepared", push };
  } catch (error) {
    const refusal =
      error instanceof PushError ? error : new PushError("InvalidModules", messageOf(error));
    const { code, message, status } = refusal;
    return { kind: "refused", code, message, status };
  } finally {
    await stopCompiler();
  }
}

// Production forgets what nobody waited for while modules were imported (isolate/src/request_scope.rs).
process.on("unhandledRejection", () => undefined);

self.onmessage = ({ data }: MessageEvent<PushTask>) => {
  void prepare(data).then((reply) => {
    self.postMessage(reply);
  });
};
