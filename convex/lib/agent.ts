/** The coding agent, as the deployment's environment describes it. */
import * as z from "zod/mini";
import { env } from "./env";

const MIN_SECRET_LENGTH = 6; // characters; a shorter value ("true", "eu") is in any text by chance

const agentEnv = z.record(
  z.string().check(z.regex(/^(?!QUAVER_)[A-Za-z_][A-Za-z0-9_]*$/)),
  z.string().check(z.refine((value) => !value.includes("\0"))),
);

/** The shell line that runs the agent; undefined while none is configured. */
export function agentCommand(): string | undefined {
  return env.AGENT_COMMAND?.trim();
}

/**
 * Reads AGENT_ENV: a JSON object of strings, its names those of variables and not beginning with
 * `QUAVER_`, which are the backend's own. Convex lets it have 8 KiB, as any variable.
 *
 * @returns no variables without a text; null when it is anything else. Nothing of the text is told.
 */
export function parseAgentEnv(text: string | undefined): Record<string, string> | null {
  if (text === undefined || text.trim() === "") return {};
  try {
    return agentEnv.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/**
 * Puts asterisks over the values of AGENT_ENV wherever they are in a text: an agent may print its
 * environment. The text keeps its length.
 */
export function maskSecrets(text: string, secrets: Record<string, string>): string {
  return Object.values(secrets)
    .flatMap((value) => value.split(/\r?\n/)) // the output is read line by line
    .filter((value) => value.length >= MIN_SECRET_LENGTH)
    .sort((one, other) => other.length - one.length) // one may be part of another
    .reduce((masked, value) => masked.replaceAll(value, "*".repeat(value.length)), text);
}
