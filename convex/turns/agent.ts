/** The coding agent, as the deployment's environment describes it. */
import * as z from "zod/mini";
import { env } from "../lib/env";
import { secretsOf, type Secrets } from "./output/masking";

const agentEnv = z.record(
  z.string().check(z.regex(/^(?!QUAVER_(?!MODEL(_|$)))[A-Za-z_][A-Za-z0-9_]*$/)),
  z.string().check(z.refine((value) => !value.includes("\0"))),
);

/** The shell line that runs the agent; undefined while none is configured. */
export function agentCommand(): string | undefined {
  return env.AGENT_COMMAND?.trim();
}

/**
 * Reads AGENT_ENV: a JSON object of strings, its names those of variables. Those that begin with `QUAVER_` are the
 * backend's own, but for `QUAVER_MODEL` and what begins with `QUAVER_MODEL_`, which are packages/agent's. Convex lets it
 * have 8 KiB, as any variable.
 *
 * @returns `{}` for an unset variable; null for anything that is not such an object. No part of the text is logged.
 */
export function parseAgentEnv(text: string | undefined): Record<string, string> | null {
  if (text === undefined || text.trim() === "") return {};
  try {
    return agentEnv.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** What of AGENT_ENV is to be kept secret; nothing when that is unset, or is no such object. */
export function agentSecrets(): Secrets {
  return secretsIn(parseAgentEnv(env.AGENT_ENV) ?? {});
}

/** What of the agent's environment is to be kept secret: all but the model's name. */
export function secretsIn(agentEnv: Record<string, string>): Secrets {
  return secretsOf({ ...agentEnv, QUAVER_MODEL: "" });
}
