import type { SnapshotContent, SnapshotOutcome, SnapshotStep } from "@quaver/sandbox/snapshots";

type Active = Extract<SnapshotOutcome, { kind: "active" }>;

/** What is being done, as it is shown. */
export const STEPS: Record<SnapshotStep, string> = {
  create: "Uploading the files",
  remove: "Removing what is left of a build that failed",
  activate: "Activating it: Daytona deactivates snapshots that are not used for two weeks",
  wait: "Waiting for Daytona",
  done: "It is active",
  failed: "Its build failed",
  removed: "It was removed meanwhile",
};

/** How it came to be active, as it is shown. */
export const DONE: Record<Active["by"], string> = {
  creating: "It is new.",
  adopting: "An earlier run had asked for it.",
  activating: "It was inactive.",
  nothing: "It was there already: nothing to do.",
};

/** What the deployment needs, in the order in which it is set. */
function variables(name: string) {
  return { QUAVER_SNAPSHOT: name, AGENT_COMMAND: "quaver-agent" };
}

/** The commands that set it, for people. */
export function commands(name: string): string {
  const lines = Object.entries(variables(name)).map(
    ([variable, value]) => `  npx convex env set ${variable} ${value}\n`,
  );
  return `\nSet on the deployment (with --prod for production):\n\n${lines.join("")}`;
}

/** The same for `convex env set --force`, which reads it from standard input. */
export function settings(name: string): string {
  const lines = Object.entries(variables(name)).map(
    ([variable, value]) => `${variable}=${value}\n`,
  );
  return lines.join("");
}

/** The same for programs: one line of JSON. */
export function jsonReport(name: string, { by }: Active, { files }: SnapshotContent): string {
  return `${JSON.stringify({ event: "active", name, by, files, variables: variables(name) })}\n`;
}
