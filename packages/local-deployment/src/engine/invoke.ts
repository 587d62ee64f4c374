import { jsonToConvex, type JSONValue } from "convex/values";
import { FunctionError, messageOf } from "../errors.ts";
import { MAX_VALUE_BYTES } from "../limits.ts";
import { isRegisteredFunction, type RegisteredFunction } from "../runtime/convex_exports.ts";
import { FailureError, failureOf } from "../runtime/failure.ts";
import type { View } from "../tx/transaction.ts";
import { checkResultJson, parseValueText } from "../values/json_text.ts";
import { checkArgs, checkReturns } from "../values/validate.ts";
import { visibleText } from "../values/visible.ts";
import { UDF_TYPES, type AnalyzedFunction, type FunctionType } from "./analysis.ts";
import { findFunction } from "./code.ts";
import type { Component } from "./components.ts";
import { currentFrame, Frame, type Execution } from "./frame.ts";
import { canonicalFunctionPath, formatFunctionPath, type FunctionPath } from "./paths.ts";
import { tableNames, validatorsOf } from "./schemas.ts";
import type { EngineState } from "./state.ts";

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

/** How much of a path that names no function a message repeats, in characters. */
const MAX_NAMED_LENGTH = 200;

/** Where the component is, for messages: "" for the app. */
export function inComponent(component: Component): string {
  return component.path === "" ? "" : ` in '${component.path}'`;
}

/** A path that a stranger may have made up, and as long as he likes. */
export function nameForMessage(path: FunctionPath): string {
  return visibleText(formatFunctionPath(path).slice(0, MAX_NAMED_LENGTH));
}

/**
 * Finds a function and checks that it may be called so.
 * @throws FunctionError in production's words.
 */
export function locate(
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
export async function invoke(
  state: EngineState,
  execution: Execution,
  call: Call,
  parent: Frame | null,
): Promise<string> {
  const frame = openFrame(execution, call, parent);
  try {
    const analyzed = locate(state, call);
    const validators = validatorsOf(analyzed);
    const names = tableNames(state.store.catalog, call.component.id);
    checkArgs(validators.args, jsonToConvex(call.args), names);
    const result = await currentFrame.run(frame, () => run(state, frame, call));
    if (result.length > MAX_VALUE_BYTES) throw tooLarge(call.path);
    checkResultJson(formatFunctionPath(call.path), result);
    if (validators.returns !== null) {
      checkReturns(validators.returns, parseValueText(result), names);
    }
    return result;
  } catch (error) {
    throw new FailureError(failureOf(error));
  } finally {
    frame.close();
  }
}

function openFrame(execution: Execution, call: Call, parent: Frame | null): Frame {
  try {
    return new Frame(execution, call.component, call.path, call.type, call.view, parent);
  } catch (error) {
    throw new FailureError({ message: messageOf(error) });
  }
}

async function run(state: EngineState, frame: Frame, call: Call): Promise<string> {
  const exports = state.runtime.load(call.component, call.path.module);
  const registered = exports[call.path.name];
  const args = JSON.stringify([call.args]);
  const running = isRegisteredFunction(registered) ? start(registered, call.type, args) : undefined;
  if (running === undefined) {
    throw new FunctionError(`${formatFunctionPath(call.path)} is not a ${call.type}.`);
  }
  try {
    return await running;
  } finally {
    // Calls that it did not wait for end with it: none may write when a failure has undone the rest.
    await frame.turn();
  }
}

function start(registered: RegisteredFunction, type: Call["type"], args: string) {
  return type === "query" ? registered.invokeQuery?.(args) : registered.invokeMutation?.(args);
}

function tooLarge(path: FunctionPath): FunctionError {
  return new FunctionError(
    `Function ${formatFunctionPath(path)} return value is too large (limit: 16 MiB)`,
  );
}
