import { MAX_CRON_ARGS_BYTES } from "../../limits/push.ts";
import { z } from "zod";
import { jsonToConvex, type Value } from "convex/values";
import {
  DAYS,
  type AnalyzedModule,
  type CronSchedule,
  type CronSpec,
} from "../../engine/code/analysis.ts";
import { nextRun } from "../../engine/schedule/crons.ts";
import { canonicalFunctionPath, parseFunctionPath } from "../../engine/calls/paths.ts";
import { messageOf } from "../../lib/errors.ts";
import type { ModuleExports } from "../../runtime/modules/script.ts";
import { isCronJobs } from "../../runtime/modules/convex_exports.ts";
import { identifierProblem, modulePathProblem } from "../../values/identifiers.ts";
import { parseWellFormedJson } from "../../values/encoding/json_text.ts";
import { sizeOf } from "../../values/limits.ts";
import { byName } from "../../values/order.ts";
import { isCronExpression } from "./cron_expression.ts";
import { moduleErrors } from "../errors/modules.ts";

const integer = z.number().int();
const minuteUTC = integer.nullish();
const cronSpec = z.object({
  name: z.string(),
  args: z.array(z.unknown()),
  schedule: z.discriminatedUnion("type", [
    z.object({
      type: z.literal("interval"),
      seconds: integer.nullish(),
      minutes: integer.nullish(),
      hours: integer.nullish(),
    }),
    z.object({ type: z.literal("hourly"), minuteUTC }),
    z.object({ type: z.literal("daily"), minuteUTC, hourUTC: integer }),
    z.object({ type: z.literal("weekly"), minuteUTC, hourUTC: integer, dayOfWeek: z.enum(DAYS) }),
    z.object({ type: z.literal("monthly"), minuteUTC, hourUTC: integer, day: integer }),
    z.object({ type: z.literal("cron"), cron: z.string() }),
  ]),
});
type ExportedSchedule = z.output<typeof cronSpec>["schedule"];

/**
 * The crons of `crons.ts`, held against production's rules (crates/model/src/cron_jobs/types.rs).
 *
 * @throws PushError `InvalidModules` or `InvalidCron`
 */
export function cronsOf(exports: ModuleExports): Record<string, CronSpec> {
  if (!("default" in exports)) throw moduleErrors.noCrons();
  if (!isCronJobs(exports.default)) throw moduleErrors.notCrons();
  const exported = exportedCrons(exports.default.export());
  const inOrder = Object.entries(exported).toSorted(byName);
  for (const [name, spec] of inOrder) {
    const problem = nameProblem(name) ?? specProblem(spec);
    if (problem !== null) throw moduleErrors.cron(problem);
  }
  // Each was read as a cron's above.
  return exported as Record<string, CronSpec>;
}

/** Crons' arguments, too, are sent to functions. @throws PushError `InvalidCron` */
function exportedCrons(text: string): Record<string, unknown> {
  try {
    // The convex package's own format: JSON text of an object.
    return parseWellFormedJson(text) as Record<string, unknown>;
  } catch (error) {
    // In production this is an internal error, without a code.
    throw moduleErrors.cron(messageOf(error));
  }
}

/** Checks that every cron runs a mutation or an action that is there. @throws PushError */
export function checkCronTargets(modules: Readonly<Record<string, AnalyzedModule>>): void {
  for (const { cronSpecs } of Object.values(modules)) {
    const inOrder = Object.entries(cronSpecs ?? {}).toSorted(byName);
    for (const [cron, spec] of inOrder) {
      const path = parseFunctionPath(spec.name);
      const target = modules[path.module]?.functions.find(({ name }) => name === path.name);
      const text = canonicalFunctionPath(path);
      if (target === undefined) throw moduleErrors.cronOfNothing(cron, text);
      if (target.udfType === "Query") throw moduleErrors.cronOfQuery(cron, text);
    }
  }
}

function nameProblem(name: string): string | null {
  const wrong = Array.from(name).find((character) => character < " " || character > "~");
  if (wrong === undefined) return null;
  return (
    `CronIdentifier ${name} has invalid character '${wrong}': CronIdentifiers can only contain ` +
    "ASCII letters, numbers, spaces, underscores, dashes and apostrophes"
  );
}

function specProblem(spec: unknown): string | null {
  const parsed = cronSpec.safeParse(spec);
  if (!parsed.success) return "Invalid JSON";
  const { name, args, schedule } = parsed.data;
  return scheduleProblem(schedule, spec) ?? pathProblem(name) ?? argsProblem(args);
}

function scheduleProblem(schedule: ExportedSchedule, spec: unknown): string | null {
  if (schedule.type === "interval") return intervalProblem(schedule);
  if (schedule.type === "cron") return expressionProblem(schedule.cron);
  const within = (value: number | null | undefined, minimum: number, maximum: number) =>
    value == null || (value >= minimum && value <= maximum);
  const problem = (rule: string) => `${rule} in ${JSON.stringify(spec, null, 2)}`;
  if (!within(schedule.minuteUTC, 0, 59)) return problem("minuteUTC must be 0-59");
  if (schedule.type === "hourly") return null;
  if (!within(schedule.hourUTC, 0, 23)) return problem("hourUTC must be 0-23");
  if (schedule.type !== "monthly" || within(schedule.day, 1, 31)) return null;
  return problem("day of month must be 1-31");
}

function intervalProblem({
  seconds,
  minutes,
  hours,
}: Extract<ExportedSchedule, { type: "interval" }>): string | null {
  const given = [seconds, minutes, hours].filter((value) => value != null);
  if (given.length !== 1) {
    return "Exactly one of (seconds, minutes, hours) should be specified";
  }
  return given.some((value) => value <= 0) ? "Interval must be an integer greater than 0" : null;
}

function expressionProblem(cron: string): string | null {
  if (!isCronExpression(cron)) return "Failed to parse cron expression";
  const schedule: CronSchedule = { type: "cron", cron };
  try {
    if (nextRun(schedule, Date.now(), null) !== Infinity) return null;
  } catch (error) {
    // Production reads it; the library that finds the next time here does not.
    return `The cron spec ${JSON.stringify(cron)} is not in the local deployment: ${messageOf(error)}`;
  }
  return `The cron spec ${JSON.stringify(cron)} will never match any time`;
}

function pathProblem(path: string): string | null {
  const colon = path.lastIndexOf(":");
  if (colon < 0) return modulePathProblem(path);
  return modulePathProblem(path.slice(0, colon)) ?? identifierProblem(path.slice(colon + 1));
}

function argsProblem(args: readonly unknown[]): string | null {
  let values: Value;
  try {
    // The convex package made it of Convex values; anything else is refused.
    values = jsonToConvex(args as Parameters<typeof jsonToConvex>[0]);
  } catch (error) {
    return messageOf(error);
  }
  const size = sizeOf(values);
  if (size < MAX_CRON_ARGS_BYTES) return null;
  return `Cron job args too large (${size} > maximum size ${MAX_CRON_ARGS_BYTES})`;
}
