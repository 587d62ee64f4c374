import { z } from "zod";
import { FunctionError } from "../../lib/errors.ts";
import type { ActiveCode } from "../code/code_store.ts";
import type { Component } from "../code/components.ts";
import type { Handles } from "./handles.ts";
import { parseFunctionPath, type FunctionPath } from "./paths.ts";
import type { Target } from "../protocol.ts";
import type { EngineState } from "../state.ts";
import { parseArgs } from "../syscalls/syscall.ts";

/** How a call names its target: exactly one of the three (convex/src/server/components/paths.ts). */
export const addressSchema = z.object({
  name: z.string().optional(),
  reference: z.string().optional(),
  functionHandle: z.string().optional(),
});
/** How a call names its target. */
export type Address = z.infer<typeof addressSchema>;

/** A function of a mounted component. */
export interface ResolvedFunction {
  readonly component: Component;
  readonly path: FunctionPath;
  /** Only the public functions of a child component can be called. */
  readonly publicOnly: boolean;
}

/** Resolves an address in the caller's component. @throws FunctionError when it does not resolve. */
export function resolveAddress(
  code: ActiveCode,
  handles: Handles,
  caller: Component,
  { name, reference, functionHandle }: Address,
): ResolvedFunction {
  if (functionHandle !== undefined) {
    const target = handles.resolve(functionHandle);
    const component = target === null ? undefined : code.components.get(target.component);
    if (target === null || component === undefined)
      throw new FunctionError("Function handle not found");
    return { component, path: parseFunctionPath(target.path), publicOnly: false };
  }
  if (name !== undefined) {
    return { component: caller, path: parseFunctionPath(name), publicOnly: false };
  }
  if (reference !== undefined) return resolveReference(caller, reference);
  throw new FunctionError("A function call must name its target.");
}

function resolveReference(caller: Component, reference: string): ResolvedFunction {
  const [root, kind, ...rest] = reference.split("/");
  if (root === "_reference" && kind === "function") {
    return { component: caller, path: parseFunctionPath(rest.join("/")), publicOnly: false };
  }
  if (root === "_reference" && kind === "childComponent") {
    const [instance = "", ...path] = rest;
    const component = caller.children.get(instance);
    const name = path.pop();
    if (component === undefined || name === undefined || path.length === 0) {
      throw new FunctionError(`Couldn't resolve ${reference}`);
    }
    return { component, path: { module: `${path.join("/")}.js`, name }, publicOnly: true };
  }
  throw new FunctionError(`Couldn't resolve ${reference}`);
}

/** Finds the function that a request names. @throws FunctionError when its component isn't mounted. */
export function resolveTarget(state: EngineState, target: Target): ResolvedFunction {
  const component = componentOf(state, target);
  if ("caller" in target) {
    return resolveAddress(
      state.code,
      state.handles,
      component,
      parseArgs("runUdf", addressSchema, target.address),
    );
  }
  return { component, path: parseFunctionPath(target.path), publicOnly: target.publicOnly };
}

function componentOf(state: EngineState, target: Target): Component {
  if ("componentPath" in target) {
    for (const component of state.code.components.values()) {
      if (component.path === target.componentPath) return component;
    }
    throw new FunctionError(`Component path '${target.componentPath}' not found`);
  }
  const id = "component" in target ? target.component : target.caller;
  const component = state.code.components.get(id);
  if (component === undefined) throw new FunctionError(`Component ${id} is not mounted.`);
  return component;
}
