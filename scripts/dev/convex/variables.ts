import { createHash } from "node:crypto";
import { z } from "zod";
import type { Target } from "../../lib/convex-cli.ts";
import { callSystem } from "../../lib/deployment-api.ts";
import type { Memory } from "../process/memory.ts";

/** Environment variables of a deployment, by name. */
export type Variables = Record<string, string>;

/**
 * Sets `wanted` in the deployment's environment, and leaves alone what a person has set there: only a variable
 * that is missing, or still holds what an earlier `bun run dev` wrote, is written.
 * @returns the fingerprints to remember for the next start
 */
export async function setVariables(
  target: Target,
  wanted: Variables,
  remembered: Memory["variables"],
): Promise<Memory["variables"]> {
  const present = await listVariables(target);
  const ours = Object.entries(wanted).filter(([name]) => {
    const value = present[name];
    return value === undefined || fingerprint(value) === remembered[name];
  });
  const changes = ours
    .filter(([name, value]) => present[name] !== value)
    .map(([name, value]) => ({ name, value }));
  if (changes.length > 0) {
    await callSystem(target, "/api/update_environment_variables", { changes });
  }
  const written = Object.fromEntries(ours.map(([name, value]) => [name, fingerprint(value)]));
  // What isn't wanted this time stays in the environment, and stays ours to update.
  const unwanted = Object.entries(remembered).filter(([name]) => !(name in wanted));
  return { ...Object.fromEntries(unwanted), ...written };
}

const listSchema = z.object({
  status: z.literal("success"),
  value: z.array(z.object({ name: z.string(), value: z.string() })),
});

async function listVariables(target: Target): Promise<Variables> {
  const answer = listSchema.parse(
    await callSystem(target, "/api/query", {
      path: "_system/cli/queryEnvironmentVariables",
      args: {},
      format: "json",
    }),
  );
  return Object.fromEntries(answer.value.map(({ name, value }) => [name, value]));
}

/** Enough to recognise a value, without keeping it a second time. */
function fingerprint(value: string): string {
  return createHash("sha256").update(value).digest("hex");
}
