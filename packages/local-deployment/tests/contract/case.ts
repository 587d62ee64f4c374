/**
 * What a function does at run time, case by case: run on the local deployment and on `convex-test`, by the fixture's
 * functions. Production's answer is the one that is expected.
 */
import type { FunctionArgs, FunctionReference, FunctionReturnType } from "convex/server";
import { expect, test } from "vitest";

/** Calls functions of the fixture. */
export interface Caller {
  readonly query: <F extends FunctionReference<"query">>(
    reference: F,
    args: FunctionArgs<F>,
  ) => Promise<FunctionReturnType<F>>;
  readonly mutation: <F extends FunctionReference<"mutation">>(
    reference: F,
    args: FunctionArgs<F>,
  ) => Promise<FunctionReturnType<F>>;
  readonly action: <F extends FunctionReference<"action">>(
    reference: F,
    args: FunctionArgs<F>,
  ) => Promise<FunctionReturnType<F>>;
}

/** The backends that the cases are run on. */
export type BackendName = "the local deployment" | "convex-test";

/** One behaviour of functions. */
export interface Case {
  readonly name: string;
  /**
   * Calls functions. Documents are stored under `group`, since cases may share a backend.
   *
   * @returns the value that is compared
   */
  readonly act: (caller: Caller, group: string) => Promise<unknown>;
  readonly expected: unknown;
  /** Why a backend does something else, by its name. */
  readonly differs?: Partial<Record<BackendName, string>>;
}

/** How a call failed: the error's data when it is a ConvexError, else its message. "no failure" when it did not. */
export async function failure(call: Promise<unknown>): Promise<unknown> {
  return await call.then(
    () => "no failure",
    (error: unknown) => {
      if (!(error instanceof Error)) return error;
      return "data" in error ? { data: error.data } : error.message;
    },
  );
}

/** A message that contains this text: errors for clients have a request id and a stack, too. */
export const saying = (text: string): unknown => expect.stringContaining(text) as unknown;

/** A document's fields; none for another value. */
export function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

let groups = 0;

/** Runs the cases on a backend; a difference is shown to be there, so that its reason does not outlive it. */
export function runCases(
  backend: BackendName,
  cases: readonly Case[],
  start: () => Promise<Caller>,
): void {
  for (const { name, act, expected, differs } of cases) {
    const reason = differs?.[backend];
    const body = async () => {
      expect(await act(await start(), `contract ${++groups}`)).toEqual(expected);
    };
    if (reason === undefined) test(name, body);
    else test.fails(`${name} (not so: ${reason})`, body);
  }
}
