import { ROOT } from "../lib/convex-cli.ts";
import { CommandFailure } from "../lib/failure.ts";
import { announce, type Announcement } from "./announce.ts";
import { makeCliFolder } from "./cli-folder.ts";
import { pushOnce, watch } from "./convex-dev.ts";
import { writeEnvFile } from "./env-file.ts";
import type { DevOptions } from "./options.ts";
import { assertAnswers } from "./readiness.ts";
import { startServices } from "./services.ts";
import { watchWrappers } from "./wrappers.ts";

/** What the CLI exits with after Ctrl-C, which the terminal sends to it as well as to us. */
const INTERRUPTED = 130;

/** `bun run` may pass on the Ctrl-C that the terminal has sent us already; only a later one means "at once". */
const SAME_CTRL_C_MS = 500;

/**
 * Runs everything until it is told to stop.
 * @param ownsEnvFile whether `npx convex …` in this clone shall reach this run
 * @throws CommandFailure `PUSH_FAILED`, `NOT_READY`, `CONVEX_DEV_ENDED`, or what keeps the services from starting
 */
export async function runLocally(options: DevOptions, ownsEnvFile: boolean): Promise<void> {
  const toldToStop = untilToldToStop();
  const services = await startServices(options);
  try {
    if (ownsEnvFile) writeEnvFile(services);
    const cwd = ownsEnvFile ? ROOT : makeCliFolder(options.dataDir);
    const announcement = { ...options, services, ownsEnvFile };
    const develop = options.json ? developForAProgram : developForAPerson;
    await Promise.race([toldToStop, develop(announcement, cwd, toldToStop)]);
  } finally {
    await services.close();
  }
}

/** A program wants to know whether the first push succeeded: that is what one push alone can tell. */
async function developForAProgram(what: Announcement, cwd: string, stop: Promise<void>) {
  await pushOnce(what.services, cwd);
  await assertAnswers(what.services.url);
  announce(what);
  await watchUntil(stop, what, cwd);
}

/** A person reads why a push failed, edits, and sees the next one succeed. */
async function developForAPerson(what: Announcement, cwd: string, stop: Promise<void>) {
  await watchUntil(stop, what, cwd, async () => {
    await assertAnswers(what.services.url);
    announce(what);
  });
}

async function watchUntil(
  stop: Promise<void>,
  what: Announcement,
  cwd: string,
  onPushed: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const convexDev = watch(what.services, cwd);
  const failed = convexDev.ended.then((code) => {
    if (code === INTERRUPTED || code === null) return;
    throw new CommandFailure("CONVEX_DEV_ENDED", `convex dev ended with exit code ${code}.`);
  });
  try {
    await Promise.race([stop, failed, convexDev.pushed.then(onPushed)]);
    await Promise.race([stop, failed]);
  } finally {
    await convexDev.stop();
  }
}

/** Resolves at Ctrl-C, at a polite request to end, or when whoever started us is gone. */
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
    watchWrappers(stop);
  });
}
