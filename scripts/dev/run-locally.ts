import { ROOT } from "../lib/convex-cli.ts";
import { makeCliFolder } from "./convex/cli-folder.ts";
import { pushFirst, watch } from "./convex/convex-dev.ts";
import { writeEnvFile } from "./convex/env-file.ts";
import { pushUnlessThere } from "./convex/push-unless-there.ts";
import type { DevOptions } from "./options.ts";
import { assertAnswers } from "./convex/readiness.ts";
import { TypeCheck } from "./convex/type-check.ts";
import { followActivity } from "./convex/activity.ts";
import { announceRunning, withdrawRunning } from "./process/running.ts";
import { Checklist } from "./screen/checklist.ts";
import { printReadyMessage, shownPath } from "./screen/ready-message.ts";
import { startServices, type Services } from "./services.ts";
import { watchParents } from "./process/parent-processes.ts";

/** What a process exits with that is interrupted before it could clean up. */
const INTERRUPTED = 130;

/** `bun run` may pass on the Ctrl-C that the terminal has sent us already; only a later one means "at once". */
const SAME_CTRL_C_MS = 500;

/** Programs read one line on stdout, and none of this. */
const NOWHERE = { write: () => undefined };

/**
 * Runs everything until a signal stops it.
 * @param ownsEnvFile whether `npx convex …` in this clone reaches this run
 * @throws CommandFailure `ALREADY_RUNNING`, `PUSH_FAILED`, `NOT_READY`, `CONVEX_DEV_ENDED`, or what keeps the services
 *   from starting
 */
export async function runLocally(options: DevOptions, ownsEnvFile: boolean): Promise<void> {
  const stop = untilToldToStop();
  const screen = options.json ? NOWHERE : process.stderr;
  const checklist = new Checklist(screen);
  screen.write("Starting\n");
  checklist.waitFor("Services");
  const onReady = (what: string) => checklist.tick(what);
  const services = await startServices(options, onReady).finally(() => checklist.clear());
  try {
    await runOn(services, options, { stop, ownsEnvFile, checklist });
  } finally {
    withdrawRunning(options.dataDir);
    await services.close();
  }
  const folder = shownPath(options.dataDir);
  screen.write(`\nStopped. The data is kept in ${folder}, and the next start goes on with it.\n`);
}

async function runOn(
  services: Services,
  options: DevOptions,
  run: { stop: Promise<void>; ownsEnvFile: boolean; checklist: Checklist },
): Promise<void> {
  const { stop, ownsEnvFile, checklist } = run;
  const { pid } = process;
  const { url, exampleUrl } = services;
  announceRunning(options.dataDir, { pid, url, openUrl: exampleUrl ?? url });
  if (ownsEnvFile) writeEnvFile(services);
  const cwd = ownsEnvFile ? ROOT : makeCliFolder(options.dataDir);
  const dev = { target: services, cwd, stop, json: options.json };
  checklist.waitFor("Functions");
  const pushing = performance.now();
  const push = () => pushFirst(dev, () => checklist.clear());
  const pushed = await pushUnlessThere(options.dataDir, () => services.pushedAt(), push);
  if (pushed === "stopped") return;
  await assertAnswers(url);
  const seconds = ((performance.now() - pushing) / 1_000).toFixed(1);
  checklist.tick(
    pushed === "now" ? `Functions, pushed in ${seconds} s` : "Functions, already pushed",
  );
  if (exampleUrl !== undefined) checklist.waitFor("Example");
  const stopped = stop.then(() => "stopped");
  if ((await Promise.race([services.exampleReady(), stopped])) === "stopped") return;
  if (exampleUrl !== undefined) checklist.tick("Example");
  checklist.clear();
  const types = new TypeCheck(process.stderr);
  const isFollowed = options.watch && !options.json;
  const following = isFollowed ? followActivity(services, process.stderr) : null;
  try {
    await Promise.race([following?.ready, stop]); // what comes after the message is told
    printReadyMessage({ ...options, services, ownsEnvFile, pid });
    if (!options.watch) {
      await stop;
      return;
    }
    // After the line about the push.
    const onPush = () => queueMicrotask(() => void types.check());
    await watch(dev, { screen: process.stderr, onPush });
  } finally {
    types.close();
    await following?.close();
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
