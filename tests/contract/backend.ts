/**
 * What a contract suite needs of a backend: `convex-test` in memory, or a deployment that runs.
 * The suites go by the public contract alone, and sign up users of their own, so that several
 * may share a deployment.
 */
import type { FunctionArgs, FunctionReference, FunctionReturnType } from "convex/server";
import { isQuaverError, type QuaverErrorData } from "../../convex/lib/errors.ts";

/** Calls public functions as one user, or signed out. */
export interface Caller {
  query<F extends FunctionReference<"query">>(
    reference: F,
    args: FunctionArgs<F>,
  ): Promise<FunctionReturnType<F>>;
  mutation<F extends FunctionReference<"mutation">>(
    reference: F,
    args: FunctionArgs<F>,
  ): Promise<FunctionReturnType<F>>;
  action<F extends FunctionReference<"action">>(
    reference: F,
    args: FunctionArgs<F>,
  ): Promise<FunctionReturnType<F>>;
}

/** A backend under test. */
export interface Backend {
  /** A caller without a token. */
  visitor: Caller;
  /** Makes a user who is known to Clerk, whose row is there, and who is signed in. */
  signUp(firstName: string): Promise<Caller>;
  /** A caller with a valid token whose user has no row yet. */
  unsynced(): Promise<Caller>;
  /** A request to the HTTP endpoints; `path` begins with a slash. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** The names of all sandboxes that Daytona has. */
  sandboxNames(): Promise<string[]>;
  /** Passes once `check` does, after whatever is scheduled has run. */
  eventually(check: () => Promise<void>): Promise<void>;
}

/** The data that a call is refused with. Fails when it is not refused, or by something else. */
export async function refusal(call: Promise<unknown>): Promise<QuaverErrorData> {
  try {
    await call;
  } catch (error) {
    if (isQuaverError(error)) return error.data;
    throw error;
  }
  throw new Error("The call was not refused.");
}
