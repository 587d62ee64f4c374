import type { RequestContext } from "../engine/frame.ts";
import type { ActionModules, LocatedAction } from "../engine/protocol.ts";
import type { JSONValue } from "convex/values";
import type { LogLine } from "../runtime/console.ts";
import type { Failure } from "../runtime/failure.ts";

/** A request for an HTTP action, as it crosses threads. */
export interface WireRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array<ArrayBuffer> | null;
}
/** What an HTTP action answered, as it crosses threads. */
export interface WireResponse {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array<ArrayBuffer> | null;
}

/** What an action is run with. */
export interface ActionTask {
  readonly id: number;
  readonly target: Pick<
    LocatedAction,
    "component" | "componentPath" | "module" | "name" | "environment"
  >;
  readonly request: RequestContext;
  readonly args: JSONValue;
  /** Set for HTTP actions, which take this instead of arguments. */
  readonly http: WireRequest | null;
  /** Why `getUserIdentity()` throws, when the Authorization header made no sense. */
  readonly authError: string | null;
}

/** From the server to the action thread. */
export type ToActions =
  | { readonly kind: "start"; readonly egress: Readonly<Record<string, string>> }
  /** New code: what is loaded is forgotten, what runs goes on. */
  | { readonly kind: "modules"; readonly component: string; readonly modules: ActionModules }
  | { readonly kind: "forget" }
  | { readonly kind: "run"; readonly task: ActionTask }
  | { readonly kind: "syscallResult"; readonly id: number; readonly value: string }
  | { readonly kind: "syscallFailure"; readonly id: number; readonly failure: Failure }
  | { readonly kind: "ping"; readonly id: number };

/** How an action ended: with Convex JSON text, with an HTTP action's response, or by failing. */
export type ActionOutcome =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: true; readonly response: WireResponse }
  | { readonly ok: false; readonly failure: Failure };

/** From the action thread to the server. */
export type FromActions =
  | {
      readonly kind: "done";
      readonly id: number;
      readonly outcome: ActionOutcome;
      readonly logs: readonly LogLine[];
    }
  | {
      readonly kind: "syscall";
      readonly id: number;
      /** The running action's id. */
      readonly action: number;
      readonly component: string;
      readonly op: string;
      readonly args: string;
    }
  | { readonly kind: "pong"; readonly id: number };
