import { MAX_CALL_DEPTH } from "../../limits/functions.ts";
import type { JSONValue } from "convex/values";
import { FunctionError } from "../../lib/errors.ts";
import {
  isRegisteredFunction,
  type RegisteredFunction,
} from "../../runtime/modules/convex_exports.ts";
import { FailureError, failureText } from "../../runtime/errors/failure.ts";
import type { View } from "../../tx/transaction.ts";
import { checkCallArgs, checkNestedArgs } from "../../values/validators/call_args.ts";
import { checkResult } from "../../values/validators/result.ts";
import { checkArgs, checkReturns } from "../../values/validators/validate.ts";
import { printableText } from "../../values/encoding/printable_text.ts";
import { UDF_TYPES, type AnalyzedFunction, type FunctionType } from "../code/analysis.ts";
import { findFunction } from "../code/code_store.ts";
import type { Component } from "../code/components.ts";
import { Frame, type Execution } from "./frame.ts";
import { runToEnd } from "./run_to_end.ts";
import { canonicalFunctionPath, formatFunctionPath, type FunctionPath } from "./paths.ts";
import { tableNames, validatorsOf } from "../code/schemas.ts";
import { asyncSyscall } from "../syscalls/dispatch.ts";
import type { EngineState } from "../state.ts";

/** A call of a query or a mutation. */
export interface Call {
  readonly component: Component;
  readonly path: FunctionPath;
  readonly type: "query" | "mutation";
  /** The arguments object, as Convex JSON. */
  readonly args: JSONValue;
  readonly publicOnly: boolean;
  readonly view: View;
}

const TOO_DEEP =
  "Cross component call depth limit exceeded. Do you have an infinite loop in your app?";

/** How much of an unknown path is repeated in an error message, in characters. */
const MAX_NAMED_LENGTH = 200;

/** Where the component is, for messages: "" for the app. */
export function inComponent(component: Component): string {
  return component.path === "" ? "" : ` in '${component.path}'`;
}

/** A path for an error message: clients can choose it, so it is cut and made printable. */
export function nameForMessage(path: FunctionPath): string {
  return printableText(formatFunctionPath(path).slice(0, MAX_NAMED_LENGTH));
}

/**
 * Finds a function, and checks its kind and its visibility.
 * @throws FunctionError in production's words.
 */
export function locateFunction(
  state: EngineState,
  call: Pick<Call, "component" | "path" | "publicOnly"> & { type: FunctionType },
): AnalyzedFunction {
  const { component, path, type, publicOnly } = call;
  const analyzed = findFunction(state.code, component, path);
  const named = nameForMessage(path);
  if (analyzed === undefined || (publicOnly && analyzed.visibility?.kind !== "public")) {
    throw new FunctionError(
      `Could not find public function for '${named}'${inComponent(component)}.`,
    );
  }
  const expected = UDF_TYPES[type];
  if (analyzed.udfType !== expected) {
    throw new FunctionError(
      `Trying to execute ${canonicalFunctionPath(path)}${inComponent(component)} as ${expected}, but it is defined as ${analyzed.udfType}.`,
    );
  }
  return analyzed;
}

/**
 * Runs a function in the execution's transaction and returns its result as Convex JSON text.
 * @throws FailureError when the call is refused or the function throws.
 */
export async function invokeFunction(
  state: EngineState,
  execution: Execution,
  call: Call,
  parent: Frame | null,
): Promise<string> {
  const { component, path: named, type, view } = call;
  const frame = new Frame(execution, component, named, type, view, parent, (of, op, given) =>
    asyncSyscall(state, of, op, given),
  );
  /** Runs the function's code, and checks its result. */
  let called = false;
  try {
    // Only what a mutation calls can be given a commit timestamp, and only in its transaction be returned.
    const pending = parent?.type === "mutation" ? "allow" : "refuse";
    if (parent !== null) checkNestedArgs(call.args, pending);
    const analyzed = locateFunction(state, call);
    const path = canonicalFunctionPath(call.path);
    const args = checkCallArgs(path, call.args, pending);
    const validators = validatorsOf(analyzed);
    const names = tableNames(state.store.catalog, call.component.id);
    checkArgs(validators.args, args.value, names);
    if (frame.depth > MAX_CALL_DEPTH) throw new FunctionError(TOO_DEEP);
    if (parent === null) execution.sizes = { args: args.size, result: null };
    called = true;
    const text = await run(state, frame, call);
    const of = parent === null && call.type === "query" ? "query" : "inTransaction";
    const result = checkResult(path, text, of);
    if (parent === null) execution.sizes = { args: args.size, result: result.size };
    called = false;
    checkReturns(validators.returns, result.value, names);
    state.runtime.ended(frame);
    return text;
  } catch (error) {
    const failure = state.runtime.failureOf(frame, error);
    // What it threw itself has ended it, unless other code of it waits for something.
    const threw = called && !(error instanceof FailureError);
    if (threw && frame.syscalls.empty && frame.outside === 0) state.runtime.ended(frame);
    // A refusal of the caller's system call is not a failure of the called function.
    throw new FailureError(
      failure,
      parent === null || called ? failureText(failure) : failure.message,
    );
  } finally {
    frame.close();
  }
}

async function run(state: EngineState, frame: Frame, call: Call): Promise<string> {
  const registered = state.runtime.open(frame)[call.path.name];
  const args = JSON.stringify([call.args]);
  const running = isRegisteredFunction(registered)
    ? frame.run(() => start(registered, call.type, args))
    : undefined;
  if (running === undefined) {
    throw new FunctionError(`${formatFunctionPath(call.path)} is not a ${call.type}.`);
  }
  return await runToEnd(frame, running);
}

function start(registered: RegisteredFunction, type: Call["type"], args: string) {
  return type === "query" ? registered.invokeQuery?.(args) : registered.invokeMutation?.(args);
}
