import { VARIABLES, type Variable, type VariableName } from "./variables.ts";

/** Environment variables of a deployment, by name. */
export type Values = Record<string, string>;

/** The result of checking a variable; never contains its value. */
export interface VariableCheck {
  name: VariableName;
  state: "set" | "missing" | "malformed";
  required: boolean;
  /** What it should be, if it is malformed. */
  shouldBe?: string;
  /** What doesn't work, unless it is set. */
  without?: string;
}

/** The result of checking a service, or the agent. */
export interface ServiceCheck {
  name: string;
  /** Of a service the first three, of the agent's command the next two; `unasked` if that can't be known. */
  state: "answers" | "refuses" | "silent" | "found" | "missing" | "unasked";
  /** Why, in words without any value. */
  why?: string;
}

/** Checks every declared variable. An empty one counts as missing, as it does in the functions. */
export function checkVariables(values: Values): VariableCheck[] {
  // The keys of a Record over all names are these names.
  const names = Object.keys(VARIABLES) as VariableName[];
  return names.map((name) => checkVariable(name, VARIABLES[name], values[name] ?? ""));
}

function checkVariable(name: VariableName, variable: Variable, value: string): VariableCheck {
  const { without, form, required = false } = variable;
  if (value.trim() === "") return { name, required, state: "missing", without };
  if (form === undefined || form.test(value)) return { name, required, state: "set" };
  return { name, required, state: "malformed", shouldBe: form.words, without };
}

/** The value of a variable, if there is a well-formed one. */
export function usable(values: Values, name: VariableName): string | undefined {
  const value = values[name] ?? "";
  return checkVariable(name, VARIABLES[name], value).state === "set" ? value : undefined;
}

/** Whether nothing is wrong, and nothing that is required is missing. */
export function isHealthy(variables: VariableCheck[], services: ServiceCheck[]): boolean {
  return (
    variables.every(
      ({ state, required }) => state === "set" || (state === "missing" && !required),
    ) && services.every(({ state }) => ["answers", "found", "unasked"].includes(state))
  );
}
