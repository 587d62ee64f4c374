/** Whether the agent's command can be run: known for the local deployment, whose sandboxes are folders of this machine. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { isAbsolute } from "node:path";
import { usable, type ServiceCheck, type Values } from "./checks.ts";

/** A word of a shell's line that stands for itself. */
const WORD = /'[^']*'|[^\s'"\\$`;&|<>(){}*?~#=]+/;

/** A line of such words alone: a command, and its arguments. */
const COMMAND = new RegExp(
  `^\\s*(?:exec\\s+)?((?:${WORD.source})(?:\\s+(?:${WORD.source}))*)\\s*$`,
);

/**
 * Looks for the command, and for the script that it is given by its whole path.
 *
 * @param isLocal - whether the variables are those of the local deployment
 */
export function checkAgent(values: Values, isLocal: boolean): ServiceCheck {
  const name = "Agent";
  const line = usable(values, "AGENT_COMMAND");
  if (line === undefined) return { name, state: "unasked", why: "no AGENT_COMMAND" };
  if (!isLocal) {
    return { name, state: "unasked", why: "its command is in the sandboxes' image" };
  }
  const words = COMMAND.exec(line)?.[1]?.match(new RegExp(WORD, "g")) ?? [];
  const [command, script] = words.map((word) => word.replaceAll("'", ""));
  if (command === undefined) {
    return {
      name,
      state: "unasked",
      why: "AGENT_COMMAND is more than a command and its arguments",
    };
  }
  if (!isOnPath(command))
    return { name, state: "missing", why: "AGENT_COMMAND names no command of this machine" };
  if (script !== undefined && isAbsolute(script) && !existsSync(script)) {
    return { name, state: "missing", why: "AGENT_COMMAND names a file that is not there" };
  }
  return { name, state: "found" };
}

function isOnPath(command: string): boolean {
  return spawnSync("sh", ["-c", 'command -v -- "$1"', "sh", command]).status === 0;
}
