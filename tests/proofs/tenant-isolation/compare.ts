/** Makes the calls of an attempt, as one stranger, and says what tells them apart. */
import { codeOf, comparable, toldBy, wentThrough, type Harmless } from "./answers.ts";
import type { Attempt } from "./attempts.ts";
import type { Answer } from "./caller.ts";
import type { Cast } from "./cast.ts";
import { argumentsFor } from "./places.ts";
import type { Stranger } from "./stranger.ts";

/** A stranger who has just arrived is never refused for having called too often. */
const MAX_STRANGERS = 2;

/** What a comparison came to. */
export interface Compared {
  calls: number;
  /** What was wrong, in words. */
  findings: string[];
}

/** Compares the answers of an attempt's calls. */
export async function compare(
  cast: Cast,
  attempt: Attempt,
  hers: ReadonlySet<string>,
): Promise<Compared> {
  for (let strangers = 1; strangers <= MAX_STRANGERS; strangers++) {
    const answers = await answersTo(cast, await cast.stranger(), attempt);
    if (answers) return { calls: answers.length, findings: findingsIn(attempt, answers, hers) };
    cast.dismiss();
  }
  return { calls: 0, findings: [`${attempt.what}: a new stranger was refused as RATE_LIMITED`] };
}

interface Told {
  answer: Answer;
  /** When the call was made, in ms since the epoch. */
  since: number;
}

/** One answer for each of the calls; null when the stranger may not call so often. */
async function answersTo(
  cast: Cast,
  stranger: Stranger,
  { fn, full, arms }: Attempt,
): Promise<Told[] | null> {
  const told: Told[] = [];
  for (const { chosen } of arms) {
    const since = Date.now();
    const answer = await stranger.caller.ask(fn, argumentsFor(fn, stranger.filling(full), chosen));
    if (codeOf(answer) === "RATE_LIMITED") return null;
    told.push({ answer, since });
    if (fn.kind !== "query" && wentThrough(answer) && !(await stranger.tidyUp())) cast.dismiss();
  }
  return told;
}

function findingsIn({ what, arms }: Attempt, told: Told[], hers: ReadonlySet<string>): string[] {
  const texts = told.map(({ answer, since }, index) => {
    const tried = [...(arms[index]?.chosen.values() ?? [])];
    const harmless: Harmless = { tried, hers, since };
    return { text: comparable(answer, harmless), told: toldBy(answer, harmless) };
  });
  const [first, ...others] = texts;
  const findings = texts.flatMap(({ told }, index) =>
    told.map((name) => `${what}: ${arms[index]?.name ?? ""}: the answer tells ${name}`),
  );
  others.forEach(({ text }, index) => {
    if (text === first?.text) return;
    const other = arms[index + 1]?.name ?? "";
    findings.push(`${what}: told apart: hers ${first?.text ?? ""}, ${other} ${text}`);
  });
  return findings;
}
