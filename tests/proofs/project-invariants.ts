/** What must hold of all projects, their messages and their sandboxes once nothing is under way any more. */

/** The states of a sandbox that fit each status of its project. */
const SANDBOX_STATES: Partial<Record<string, readonly string[]>> = {
  ready: ["started"],
  stopped: ["stopped"],
  archived: ["archived", "archiving"],
};

type Fields<Name extends string> = Partial<Record<Name, unknown>>;

/** Everything that is wrong with them, in words. */
export function wrongProjects({
  projects,
  messages,
  sandboxes,
}: {
  projects: readonly ({ _id: string } & Fields<"status" | "sandboxId" | "operation">)[];
  messages: readonly ({ _id: string } & Fields<"projectId">)[];
  sandboxes: readonly { id: string; state: string }[];
}): string[] {
  const wrong: string[] = [];
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
  for (const { projectId } of messages) {
    if (!projects.some(({ _id }) => _id === projectId)) wrong.push("a message has no project");
  }
  return wrong;
}
