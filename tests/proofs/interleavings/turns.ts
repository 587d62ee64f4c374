/** What holds for the turns of a project, for every change of one, and for their answers at the end. */
import type { Doc } from "../../../convex/_generated/dataModel";
import { daytona } from "../../convex/support/setup.ts";
import { wrongWork } from "../project-invariants.ts";
import type { Findings } from "./call-frames.ts";
import { STEP_LINE } from "./daytona-changes.ts";
import type { Observed } from "./observer.ts";

type Turn = Doc<"turns">;
type Status = Turn["status"];

const MAX_QUEUED = 5;

/** From each status, those that may follow. A queued turn may also be withdrawn. */
const FOLLOWING: Record<Status, readonly Status[]> = {
  queued: ["running", "failed"],
  running: ["done", "failed", "cancelled"],
  done: [],
  failed: [],
  cancelled: [],
};

/** Checks a project's turns, and what a transaction has made of them. */
export function checkTurns(
  was: Observed | undefined,
  is: Observed,
  { name, at }: { name: string; at: number },
  findings: Findings,
): void {
  for (const wrong of problemsOf(is)) findings.violation(`turns: ${wrong}, after ${name}`);
  const before = new Map(was?.turns.map((turn) => [turn._id, turn]));
  for (const turn of is.turns) {
    const old = before.get(turn._id);
    before.delete(turn._id);
    if (old?.status !== turn.status) checkStep(old, turn, { is, name, at, findings });
    else if (isOver(turn) && !isSame(old, turn)) {
      findings.violation(`turns: one that is ${turn.status} was changed by ${name}`);
    }
  }
  for (const gone of before.values()) {
    findings.note("turn withdrawn");
    if (gone.status !== "queued" || name !== "turns/mutations:cancel") {
      findings.violation(`turns: one that is ${gone.status} was removed by ${name}`);
    }
  }
}

/** A new turn, or one that has got another status. */
function checkStep(
  old: Turn | undefined,
  turn: Turn,
  { is, name, at, findings }: { is: Observed; name: string; at: number; findings: Findings },
): void {
  const { status, number } = turn;
  const step = `${old === undefined ? "new" : old.status} → ${status}`;
  findings.note(`turn ${step}`);
  if (turn.restores !== undefined) findings.note(`restore ${step}`);
  if (old !== undefined && !FOLLOWING[old.status].includes(status)) {
    findings.violation(`turns: ${old.status} → ${status}, by ${name}`);
  }
  if (old === undefined && is.turns.some((other) => other.number > number)) {
    findings.violation(`turns: a new one is not the last, after ${name}`);
  }
  const isFirst = is.turns.every((other) => other.status !== "queued" || other.number > number);
  if (status === "running" && !isFirst) {
    findings.violation(`turns: one began before another that waits, by ${name}`);
  }
  if (isOver(turn) && turn.endedAt !== at) findings.violation(`turns: endedAt, after ${name}`);
}

function problemsOf({ row, lease, turns, runs }: Observed): string[] {
  const leases = lease === null ? [] : [lease];
  const wrong = wrongWork({ leases, turns, turnRuns: runs }, row);
  const queued = turns.filter(({ status }) => status === "queued");
  if (runs[0] && runs[0].sandboxId !== row.sandboxId) wrong.push("a turn runs in another sandbox");
  if (queued.length > MAX_QUEUED) wrong.push(`${String(queued.length)} turns wait`);
  for (const { status, failure, startedAt, endedAt, restores, version } of turns) {
    if (restores !== undefined && status === "queued") wrong.push("a restore waits");
    if (version !== undefined && status !== "done") wrong.push(`a version of a ${status} turn`);
    if ((failure !== undefined) !== (status === "failed"))
      wrong.push(`a failure of a ${status} turn`);
    if (startedAt === undefined && ["running", "done", "cancelled"].includes(status))
      wrong.push(`a ${status} turn has not begun`);
    if ((endedAt !== undefined) !== isOver({ status })) wrong.push(`the end of a ${status} turn`);
  }
  return wrong;
}

function isOver({ status }: Pick<Turn, "status">): boolean {
  return FOLLOWING[status].length === 0;
}

function isSame(one: Turn, other: Turn): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Everything that is wrong, at the end, with what the agents have said. */
export function wrongAnswers(
  turns: readonly Turn[],
  messages: readonly Doc<"messages">[],
): string[] {
  const wrong: string[] = [];
  for (const { projectId, number, status, answerMessageId } of turns) {
    const command = daytona.commands.find(
      ({ input: { env = {} } }) =>
        env.QUAVER_PROJECT_ID === projectId && env.QUAVER_TURN === String(number),
    );
    const said = command?.output.replaceAll(STEP_LINE, "") ?? "";
    const content = messages.find(({ _id }) => _id === answerMessageId)?.content ?? "";
    const isRight = status === "done" ? content === said : said.startsWith(content);
    if (!isRight) wrong.push(`the answer of a ${status} turn is not what its agent said`);
  }
  const answers = messages.filter(({ role }) => role === "assistant");
  const owned = new Set(turns.map(({ answerMessageId }) => answerMessageId));
  if (answers.some(({ _id }) => !owned.has(_id))) wrong.push("an answer is no turn's");
  return wrong;
}

/** Everything that is wrong, at the end, with what the turns have made: their versions and their steps. */
export function wrongResults(turns: readonly Turn[], steps: readonly Doc<"turnSteps">[]): string[] {
  const wrong: string[] = [];
  const versions = [...daytona.apps.values()].flatMap((app) => app.versions);
  const filesOf = (turn: Turn | undefined) =>
    JSON.stringify([
      ...(versions.find(({ version }) => version === turn?.version)?.files ?? ["none"]),
    ]);
  for (const turn of turns) {
    const command = daytona.commands.find(
      ({ input: { env = {} } }) =>
        env.QUAVER_PROJECT_ID === turn.projectId && env.QUAVER_TURN === String(turn.number),
    );
    const said = command?.output.split(STEP_LINE).slice(1).length ?? 0;
    const stored = steps.filter(({ turnId }) => turnId === turn._id).length;
    if (turn.status === "done" ? stored !== said : stored > said) {
      wrong.push(`a ${turn.status} turn has ${String(stored)} steps instead of ${String(said)}`);
    }
    if (turn.restores === undefined || turn.version === undefined) continue;
    const restored = turns.find(({ _id }) => _id === turn.restores);
    if (filesOf(turn) !== filesOf(restored)) wrong.push("other files were restored");
  }
  return wrong;
}
