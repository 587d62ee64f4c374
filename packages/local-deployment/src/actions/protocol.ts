import { type RequestContext } from "../engine/calls/request.ts";
import type { UdfType } from "../engine/code/analysis.ts";
import type { ActionModules, LocatedAction } from "../engine/protocol.ts";
import type { JSONValue } from "convex/values";
import type { LogLine } from "../runtime/console.ts";
import type { Failure } from "../runtime/errors/failure.ts";
import type { StackFrame } from "../runtime/errors/frames.ts";
import type { Egress } from "./egress.ts";

/** A request for an HTTP action, as it is sent between threads. */
export interface WireRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  /** Whether there is a body, which the action requests chunk by chunk. */
  readonly hasBody: boolean;
}

/** The head of an HTTP action's response, as it is sent between threads. */
export interface WireHead {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  /** The part of the body that was available at once; null without a body. */
  readonly body: Uint8Array<ArrayBuffer> | null;
  /** Whether the rest of the body is streamed. */
  readonly streams: boolean;
}

/** To the thread of an HTTP action. */
export type ToHttpCall =
  /** The client is ready for the next chunk of the response. */
  | { readonly kind: "pull" }
  | { readonly kind: "clientGone" }
  /** The requested chunk of the request's body. */
  | { readonly kind: "requestChunk"; readonly bytes: Uint8Array<ArrayBuffer> }
  /** The end of the request's body. `error`: why the rest of it is missing, if it is. */
  | { readonly kind: "requestEnd"; readonly error: string | null };

/** From the thread of an HTTP action. */
export type FromHttpCall =
  | { readonly kind: "head"; readonly head: WireHead }
  /** The requested chunk of the response. */
  | { readonly kind: "chunk"; readonly bytes: Uint8Array<ArrayBuffer> }
  /** The action requests the next chunk of the request's body. */
  | { readonly kind: "pullRequest" };

/** An action to run, with its arguments and identity. */
export interface ActionTask {
  readonly id: number;
  readonly target: Pick<LocatedAction, "component" | "componentPath" | "module" | "name">;
  readonly request: RequestContext;
  readonly args: JSONValue;
  /** Set for HTTP actions, which take this instead of arguments. */
  readonly http: WireRequest | null;
  /** The error that `getUserIdentity()` throws, when the Authorization header is invalid. */
  readonly authError: string | null;
  /** What a Node process needs in addition; null for an isolate. */
  readonly node: NodeTask | null;
}

/** The code, variables and time limit of a Node action. */
export interface NodeTask {
  /** The folder of the pushed modules. */
  readonly modules: string;
  /** The functions' environment variables. */
  readonly env: Readonly<Record<string, string>>;
  /** How long the function may take, in milliseconds. */
  readonly timeoutMs: number;
}

/** From the server to an isolate's thread or a Node process. */
export type ToRunner =
  /** `keepContexts`: whether an isolate's context is kept for the next action. */
  | { readonly kind: "start"; readonly egress: Egress; readonly keepContexts?: boolean }
  /** A component's code and variables, which replace the earlier ones; only for isolates. */
  | { readonly kind: "modules"; readonly component: string; readonly modules: ActionModules }
  /** Asks whether an idle thread or process is free, or still runs code of its last action. */
  | { readonly kind: "ping" }
  | { readonly kind: "run"; readonly task: ActionTask }
  | { readonly kind: "analyze"; readonly task: AnalyzeTask }
  | { readonly kind: "syscallResult"; readonly id: number; readonly value: string }
  | { readonly kind: "syscallFailure"; readonly id: number; readonly failure: Failure }
  | ({ readonly id: number } & ToHttpCall);

/** Node modules to import, to see what they export. */
export interface AnalyzeTask extends Pick<NodeTask, "modules" | "env"> {
  /** The modules' paths in the folder. */
  readonly paths: readonly string[];
}

/** What a function threw in Node; the server maps its stack to the source. */
export interface Thrown {
  readonly message: string;
  /** The error's name; null for a message without "Uncaught". */
  readonly name: string | null;
  /** The data of a ConvexError, as JSON text. */
  readonly data?: string;
  readonly frames: readonly StackFrame[];
}

/** How an action ended: with Convex JSON text ("null" for an HTTP action, whose response has gone ahead), or by failing. */
export type ActionOutcome =
  { readonly ok: true; readonly value: string } | { readonly ok: false; readonly failure: Failure };

/** The refusal of an action over the limit; `code` is production's. */
export interface Refusal {
  readonly code: "TooManyConcurrentRequests";
  readonly failure: Failure;
}

/** The result of an action's system call: JSON text, a failure, or the refusal of an action over the limit. */
export type SyscallAnswer =
  { readonly value: string } | { readonly failure: Failure } | { readonly refusal: Refusal };

/** A function that an imported Node module exports, as the convex package made it. */
export interface NodeExport {
  readonly name: string;
  readonly udfType: UdfType | "HttpAction";
  readonly visibility: "public" | "internal" | null;
  /** The validators, as JSON text; null for none. */
  readonly args: string | null;
  readonly returns: string | null;
}

/** The result of an analysis: the exports of each module, or why one could not be imported. */
export type AnalyzeOutcome =
  | { readonly ok: true; readonly modules: Readonly<Record<string, readonly NodeExport[]>> }
  | { readonly ok: false; readonly thrown: Thrown };

/** From an isolate's thread or a Node process to the server. */
export type FromRunner =
  | { readonly kind: "pong" }
  /** An isolate's thread has started; this is its id in the operating system. */
  | { readonly kind: "ready"; readonly thread: number | null }
  | { readonly kind: "done"; readonly id: number; readonly outcome: ActionOutcome }
  /** A Node action failed. `exiting`: its process ends and can't be used again. */
  | {
      readonly kind: "thrown";
      readonly id: number;
      readonly thrown: Thrown;
      readonly exiting: boolean;
    }
  | { readonly kind: "analyzed"; readonly outcome: AnalyzeOutcome }
  | { readonly kind: "log"; readonly id: number; readonly line: LogLine }
  | ({ readonly id: number } & FromHttpCall)
  | {
      readonly kind: "syscall";
      readonly id: number;
      /** The running action's id. */
      readonly action: number;
      readonly component: string;
      readonly op: string;
      readonly args: string;
    };
