import { join } from "node:path";
import { ROOT } from "../../lib/convex-cli.ts";

/** The demo agent, which answers prompts unless another agent is set, and the server of the page it makes. */
export const DEMO_AGENT = {
  /** `AGENT_COMMAND`: run in the sandbox for each turn. */
  command: nodeLine("agent.js"),
  /** Run in each sandbox for as long as it is started. */
  entrypoint: `exec ${nodeLine("serve.js")}`,
};

function nodeLine(script: string): string {
  return `node ${shellQuoted(join(ROOT, "scripts/demo-agent", script))}`;
}

/** A text as one word of a shell's line. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
