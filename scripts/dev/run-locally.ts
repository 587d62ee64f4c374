import { ROOT } from "../lib/convex-cli.ts";
import { printReadyMessage } from "./ready-message.ts";
import { makeCliFolder } from "./convex/cli-folder.ts";
import { pushFirst, watch } from "./convex/convex-dev.ts";
import { writeEnvFile } from "./convex/env-file.ts";
import { pushUnlessThere } from "./convex/push-unless-there.ts";
import type { DevOptions } from "./options.ts";
import { assertAnswers } from "./convex/readiness.ts";
import { startServices } from "./services.ts";
import { watchParents } from "./process/parent-processes.ts";

/** What a process exits with that is interrupted before it could clean up. */
const INTERRUPTED = 130;

/** `bun run` may pass on the Ctrl-C that the terminal has sent us already; only a later one means "at once". */
const SAME_CTRL_C_MS = 500;

/**
 * Runs everything until a signal stops it.
 * @param ownsEnvFile whether `npx convex …` in this clone reaches this run
 * @throws CommandFailure `PUSH_FAILED`, `NOT_READY`, `CONVEX_DEV_ENDED`, or what keeps the services from starting
 */
export async function runLocally(options: DevOptions, ownsEnvFile: boolean): Promise<void> {
  const stop = untilToldToStop();
  if (!options.json) process.stderr.write("Starting …\n");
  const services = await startServices(options);
  try {
    if (ownsEnvFile) writeEnvFile(services);
    const cwd = ownsEnvFile ? ROOT : makeCliFolder(options.dataDir);
    const dev = { target: services, cwd, stop, json: options.json };
    const push = () => pushFirst(dev);
    if (!(await pushUnlessThere(options.dataDir, () => services.pushedAt(), push))) return;
    await assertAnswers(services.url);
    const stopped = stop.then(() => "stopped");
    if ((await Promise.race([services.exampleReady(), stopped])) === "stopped") return;
    printReadyMessage({ ...options, services, ownsEnvFile });
    await (options.watch ? watch(dev) : stop);
  } finally {
    await services.close();
  }
}

/** Resolves at Ctrl-C, at SIGTERM, or when the parent process is gone. */
function untilToldToStop(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const stop = () => {
      if (asked) return;
      asked = true;
      resolve();
      const stopAtOnce = () => process.exit(INTERRUPTED);
      setTimeout(() => process.once("SIGINT", stopAtOnce), SAME_CTRL_C_MS).unref();
    };
    process.on("SIGINT", stop).on("SIGTERM", stop).on("SIGHUP", stop);
    watchParents(stop);
  });
}
