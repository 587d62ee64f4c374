/**
 * The steps of a turn, as pure functions. A line of the agent's output that begins with `::step::` and goes on with JSON,
 * `{"title":"Ran npm install","status":"running"}`, is a step, and no part of the answer. A line with the status `done` or
 * `failed` ends the last step of that title that runs; without one it is a step of its own. Any other line that begins
 * like this is text.
 */
import * as z from "zod/mini";
import { stepStatus, type TurnStep } from "../tables";
import { clean, maskSecrets, type Secrets } from "./masking";

/** The mark of a line that is a step. */
export const STEP_MARK = "::step::";

/** How many steps a turn may have; later ones are dropped. */
export const MAX_STEPS = 200;

const MAX_LINE_LENGTH = 2048; // UTF-16 units: until so many have come, a line is held back that may become a step
const MAX_TITLE_LENGTH = 200; // UTF-16 units

/** What a line says of a step. */
export type StepNews = Pick<TurnStep, "title" | "status">;

const stepLine = z.object({
  title: z.string().check(z.refine((title) => title.trim() !== "")),
  status: z.enum(stepStatus.members.map(({ value }) => value)),
});

/** May the line become a step that begins like this, and has not ended? */
export function mayBecomeStep(lineStart: string): boolean {
  if (lineStart.length < STEP_MARK.length) return STEP_MARK.startsWith(lineStart);
  return lineStart.startsWith(STEP_MARK) && lineStart.length <= MAX_LINE_LENGTH;
}

/** The step that a whole line is; null when it is none. */
export function parseStep(line: string): StepNews | null {
  const whole = line.trimEnd();
  if (!whole.startsWith(STEP_MARK) || whole.length > MAX_LINE_LENGTH) return null;
  try {
    return stepLine.safeParse(JSON.parse(whole.slice(STEP_MARK.length))).data ?? null;
  } catch {
    return null;
  }
}

/**
 * A step's title as it may be shown: 1 to 200 characters on one line. The line was masked as the agent wrote it; JSON may
 * have hidden a secret in escapes.
 */
export function shownTitle(title: string, secrets: Secrets): string {
  const masked = maskSecrets(clean(title), secrets).replace(/\s+/g, " ").trim();
  return masked.slice(0, MAX_TITLE_LENGTH).replace(/[\ud800-\udbff]$/, ""); // not in the middle of a character
}

/**
 * The steps of a turn after some news, which came at `now` (ms since the epoch).
 *
 * @returns each of `before`, as it is or ended, and then new ones
 */
export function mergeSteps(
  before: readonly TurnStep[],
  news: readonly StepNews[],
  now: number,
): TurnStep[] {
  const steps = [...before];
  for (const { title, status } of news) {
    const at = status === "running" ? -1 : steps.findLastIndex(isRunningStep(title));
    const running = steps[at];
    if (running !== undefined) steps[at] = { ...running, status, endedAt: now };
    else if (steps.length < MAX_STEPS) {
      const ended = status === "running" ? {} : { endedAt: now };
      steps.push({ position: steps.length + 1, title, status, startedAt: now, ...ended });
    }
  }
  return steps;
}

function isRunningStep(title: string) {
  return (step: TurnStep) => step.title === title && step.status === "running";
}
