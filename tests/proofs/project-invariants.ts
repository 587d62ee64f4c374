/** What must hold of all projects, their turns, their messages and their sandboxes. */

/** The states of a sandbox that fit each status of its project. */
const SANDBOX_STATES: Partial<Record<string, readonly string[]>> = {
  ready: ["started"],
  stopped: ["stopped"],
  archived: ["archived", "archiving"],
};

type Rows<Name extends string> = readonly ({ _id: string } & Partial<Record<Name, unknown>>)[];

/** The rows, all of one moment. */
export interface ProjectRows {
  projects: Rows<"status" | "sandboxId" | "operation">;
  leases: Rows<"projectId" | "kind">;
  turns: Rows<
    | "projectId"
    | "number"
    | "status"
    | "failure"
    | "promptMessageId"
    | "answerMessageId"
    | "retryOf"
    | "restores"
    | "version"
    | "stepCount"
  >;
  turnRuns: Rows<"projectId" | "turnId">;
  turnOutput: Rows<"turnId">;
  turnSteps: Rows<"turnId" | "position" | "status">;
  messages: Rows<"projectId">;
}

/** What is wrong at any moment, whatever is under way, in words. */
export function wrongAtAnyTime(rows: ProjectRows): string[] {
  const { projects, turns, turnSteps, messages } = rows;
  const wrong = projects.flatMap((project) => wrongWork(rows, project));
  for (const turn of turns) {
    const { _id, projectId, status, failure, answerMessageId, version, stepCount } = turn;
    if (version !== undefined && status !== "done")
      wrong.push(`a ${String(status)} turn has a version`);
    const steps = turnSteps.filter(({ turnId }) => turnId === _id);
    const positions = steps.map(({ position }) => position);
    if (positions.some((position, at) => position !== at + 1)) {
      wrong.push(`the steps of a turn are at ${positions.join()}`);
    }
    const isOver = status !== "running" && status !== "queued";
    // The rows of a project that is gone go in batches.
    if (isOver && hasId(projects, projectId) && (stepCount ?? 0) !== steps.length) {
      wrong.push(`a turn counts ${String(stepCount)} steps instead of ${String(steps.length)}`);
    }
    if (isOver && steps.some((step) => step.status === "running")) {
      wrong.push(`a step runs in a turn that is ${String(status)}`);
    }
    if ((failure !== undefined) !== (status === "failed")) {
      wrong.push(`a turn that is ${String(status)} ${failure ? "says" : "does not say"} why`);
    }
    const isLost = answerMessageId !== undefined && !hasId(messages, answerMessageId);
    if (isLost && hasId(projects, projectId)) wrong.push("a turn's answer is missing");
  }
  const answers = turns.flatMap(({ answerMessageId }) => answerMessageId ?? []);
  if (new Set(answers).size < answers.length) wrong.push("a message answers two turns");
  return wrong;
}

/** Of one project: the lease of its operation, and the turn that runs, for which others may wait. */
export function wrongWork(
  { leases, turns, turnRuns }: Pick<ProjectRows, "leases" | "turns" | "turnRuns">,
  { _id: projectId, status, operation }: ProjectRows["projects"][number],
): string[] {
  const wrong: string[] = [];
  const own = <Row extends { projectId?: unknown }>(all: readonly Row[]) =>
    all.filter((row) => row.projectId === projectId);
  const kinds = own(leases).map(({ kind }) => kind);
  const kind = (operation as { kind: string } | undefined)?.kind;
  if (kinds.join() !== (kind ?? "")) {
    wrong.push(`a project's leases are "${kinds.join()}", its operation "${String(kind)}"`);
  }
  const idsOf = (wanted: string) =>
    own(turns).flatMap((turn) => (turn.status === wanted ? turn._id : []));
  const running = idsOf("running");
  const runs = own(turnRuns).map(({ turnId }) => turnId);
  if (running.length !== (status === "generating" ? 1 : 0) || runs.join() !== running.join()) {
    const counts = `${running.length} turns, and ${runs.length} rows in turnRuns`;
    wrong.push(`a project that is ${String(status)} has ${counts} that run`);
  }
  if (running.length === 0 && idsOf("queued").length > 0) wrong.push("turns wait for none");
  const retried = new Set(own(turns).map(({ retryOf }) => retryOf));
  const latest = own(turns).filter(({ _id }) => !retried.has(_id));
  const prompts = latest.flatMap(({ promptMessageId }) => promptMessageId ?? []);
  if (new Set(prompts).size < prompts.length) wrong.push("a prompt is tried twice");
  const numbers = own(turns).map(({ number }) => number);
  if (new Set(numbers).size < numbers.length) wrong.push("two turns of a project have one number");
  return wrong;
}

/** Everything that is wrong once nothing is under way any more, in words. */
export function wrongProjects(
  rows: ProjectRows & { sandboxes: readonly { id: string; state: string }[] },
): string[] {
  const { projects, leases, turns, turnRuns, turnOutput, turnSteps, messages, sandboxes } = rows;
  const wrong = wrongAtAnyTime(rows);
  for (const { status, sandboxId, operation } of projects) {
    if (status === "creating" || status === "generating") wrong.push(`a project is ${status}`);
    if (operation !== undefined) wrong.push(`a project that is ${String(status)} has a lease`);
    const state = sandboxes.find(({ id }) => id === sandboxId)?.state ?? "gone";
    if (SANDBOX_STATES[String(status)]?.includes(state) === false) {
      wrong.push(`a project is ${String(status)}, its sandbox ${state}`);
    }
  }
  for (const { id, state } of sandboxes) {
    const isOwned = projects.some(({ sandboxId }) => sandboxId === id);
    if (!isOwned) wrong.push(`a sandbox that is ${state} has no project`);
  }
  for (const [what, some] of Object.entries({ leases, turns, turnRuns, messages })) {
    const isOrphan = ({ projectId }: { projectId?: unknown }) => !hasId(projects, projectId);
    if (some.some(isOrphan)) wrong.push(`rows of ${what} have no project`);
  }
  if (turnSteps.some(({ turnId }) => !hasId(turns, turnId))) wrong.push("steps have no turn");
  const running = turns.filter(({ status }) => status === "running");
  if (turnOutput.some(({ turnId }) => !hasId(running, turnId))) {
    wrong.push("there is output of a turn that does not run");
  }
  return wrong;
}

function hasId(rows: Rows<never>, id: unknown): boolean {
  return rows.some(({ _id }) => _id === id);
}
