import { VARIABLES, type Variable, type VariableName } from "./variables.ts";

/** Environment variables of a deployment, by name. */
export type Values = Record<string, string>;

/** What is to be said about one variable; never its value. */
export interface VariableVerdict {
  name: VariableName;
  state: "set" | "missing" | "malformed";
  required: boolean;
  /** What it should be, if it is malformed. */
  shouldBe?: string;
  /** What is off, unless it is set. */
  without?: string;
}

/** What is to be said about one service. */
export interface ServiceVerdict {
  name: string;
  /** `unasked` for want of a usable key. */
  state: "answers" | "refuses" | "silent" | "unasked";
  /** Why, in words without any value. */
  why?: string;
}

/** Judges every variable that is declared. An empty one counts as missing, as it does in the functions. */
export function judgeVariables(values: Values): VariableVerdict[] {
  // The keys of a Record over all names are these names.
  const names = Object.keys(VARIABLES) as VariableName[];
  return names.map((name) => judge(name, VARIABLES[name], values[name] ?? ""));
}

function judge(name: VariableName, variable: Variable, value: string): VariableVerdict {
  const { without, form, required = false } = variable;
  if (value.trim() === "") return { name, required, state: "missing", without };
  if (form === undefined || form.test(value)) return { name, required, state: "set" };
  return { name, required, state: "malformed", shouldBe: form.words, without };
}

/** The value of a variable, if there is a well-formed one. */
export function usable(values: Values, name: VariableName): string | undefined {
  const value = values[name] ?? "";
  return judge(name, VARIABLES[name], value).state === "set" ? value : undefined;
}

/** Whether everything that is there is right, and nothing is missing that must be there. */
export function isHealthy(variables: VariableVerdict[], services: ServiceVerdict[]): boolean {
  return (
    variables.every(
      ({ state, required }) => state === "set" || (state === "missing" && !required),
    ) && services.every(({ state }) => state === "answers" || state === "unasked")
  );
}
