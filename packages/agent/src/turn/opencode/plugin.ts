/**
 * opencode loads this. It prints opencode's events as they occur, which `--format json` does only once a part of an
 * answer is complete, and it keeps the model's key from the programs that the agent runs.
 */

/** Before each event, so that it is told from what opencode prints itself. */
const EVENT_PREFIX = "quaver:event ";

/** The events that the launcher reads. */
const TYPES = [
  "message.part.delta",
  "message.part.updated",
  "message.updated",
  "session.created",
  "session.error",
  "session.status",
];

/** The names of variables to remove, separated by spaces. */
const HIDE = "QUAVER_HIDE";

const plugin = () =>
  Promise.resolve({
    event: ({ event }: { event: { type: string } }) => {
      if (TYPES.includes(event.type)) {
        process.stdout.write(`${EVENT_PREFIX}${JSON.stringify(event, withoutOutput)}\n`);
      }
      return Promise.resolve();
    },
    "shell.env": () => {
      const names = process.env[HIDE]?.split(" ") ?? [];
      for (const name of [...names, HIDE]) Reflect.deleteProperty(process.env, name);
      return Promise.resolve();
    },
  });

/** What a tool has found or printed is the model's to read. */
function withoutOutput(key: string, value: unknown): unknown {
  return key === "output" || key === "content" || key === "diff" ? undefined : value;
}

export default plugin;
