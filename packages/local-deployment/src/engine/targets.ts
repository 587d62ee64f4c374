import { FunctionError } from "../errors.ts";
import { resolveAddress, type ResolvedFunction } from "./addresses.ts";
import type { Component } from "./components.ts";
import { parseFunctionPath } from "./paths.ts";
import type { Target } from "./protocol.ts";
import type { EngineState } from "./state.ts";

/** Finds the function that a request names. @throws FunctionError when its component isn't mounted. */
export function resolveTarget(state: EngineState, target: Target): ResolvedFunction {
  const component = componentOf(state, target);
  if ("caller" in target) {
    return resolveAddress(state.code, state.handles, component, target.address);
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
