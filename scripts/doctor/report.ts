import { isHealthy, type ServiceCheck, type VariableCheck } from "./checks.ts";

/** Everything that the doctor has found. */
export interface Findings {
  variables: VariableCheck[];
  services: ServiceCheck[];
}

const SERVICE_WORDS: Record<ServiceCheck["state"], string> = {
  answers: "answers",
  refuses: "REFUSES",
  silent: "SILENT",
  found: "found",
  missing: "NOT FOUND",
  unasked: "not asked",
};

/** Of a variable without which the rest works. */
const NOT_SET = "not set (optional)";

/** The findings, one line of JSON. */
export function jsonReport({ variables, services }: Findings): string {
  const ok = isHealthy(variables, services);
  return `${JSON.stringify({ ok, variables, services })}\n`;
}

/** The findings, for a person. */
export function textReport({ variables, services }: Findings): string {
  const widest = Math.max(...variables.map(({ name }) => name.length));
  const row = (name: string, state: string, rest?: string) =>
    `  ${name.padEnd(widest)}  ${state.padEnd(NOT_SET.length)}  ${rest ?? ""}`.trimEnd();
  return [
    "",
    ...variables.map((check) => row(check.name, stateOf(check), remark(check))),
    "",
    ...services.map(({ name, state, why }) => row(name, SERVICE_WORDS[state], why)),
    "",
    isHealthy(variables, services)
      ? "  All well."
      : "  What is in capitals needs you: npx convex env set NAME value",
    "",
    "",
  ].join("\n");
}

function stateOf({ state, required }: VariableCheck): string {
  if (state === "missing") return required ? "NOT SET" : NOT_SET;
  return state === "malformed" ? "MALFORMED" : state;
}

function remark({ shouldBe, without }: VariableCheck): string | undefined {
  if (without === undefined) return undefined;
  return shouldBe === undefined
    ? `without it ${without}`
    : `should be ${shouldBe}; as it is, ${without}`;
}
