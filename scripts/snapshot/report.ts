import type { SnapshotContent, SnapshotOutcome, SnapshotStep } from "@quaver/sandbox/snapshots";

type Active = Extract<SnapshotOutcome, { kind: "active" }>;

/** The launcher's command in the image, which packages/agent/Dockerfile puts into the PATH. */
const AGENT_COMMAND = "quaver-agent";

/** What is being done, as it is shown. */
export const STEPS: Record<SnapshotStep, string> = {
  create: "Uploading the files, and asking Daytona for the snapshot",
  remove: "Removing what an earlier build has left, which failed",
  activate: "Activating it: Daytona puts away snapshots that are not used for two weeks",
  wait: "Waiting for Daytona",
  done: "It is active",
  failed: "It could not be made",
  removed: "It was removed meanwhile",
};

/** How it came to be active, as it is shown. */
export const ENDINGS: Record<Active["by"], string> = {
  creating: "Made it.",
  adopting: "An earlier run had asked for it.",
  activating: "Activated it.",
  nothing: "Nothing has changed since it was made.",
};

/** The variables of the deployment, as `convex env set` reads them. */
export function settings(name: string): string {
  return `QUAVER_SNAPSHOT=${name}\nAGENT_COMMAND=${AGENT_COMMAND}\n`;
}

/** What to do with `settings`. */
export function nextCommands(): string {
  return `
Set these two on the deployment (with --prod, or --deployment NAME, as it needs), and the model's key:

  npx convex env set QUAVER_SNAPSHOT …
  npx convex env set AGENT_COMMAND …
  npx convex env set AGENT_ENV          # {"ANTHROPIC_API_KEY":"…"}
`;
}

/** The same for programs: one line. */
export function jsonReport(name: string, { by }: Active, { files }: SnapshotContent): string {
  const variables = { QUAVER_SNAPSHOT: name, AGENT_COMMAND };
  return `${JSON.stringify({ event: "active", name, by, files: files.length, variables })}\n`;
}
