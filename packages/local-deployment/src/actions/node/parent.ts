import { Worker } from "node:worker_threads";

/** How often the parent is looked for, in milliseconds. */
const LOOK_MS = 500;

/**
 * Ends this process when the deployment that started it is gone, even by `kill -9` and while a function computes
 * without end: then the main thread learns of nothing, so that another thread looks.
 *
 * @param parent The deployment's process id; it may be gone before this process has begun.
 */
export function endWithParent(parent: number): void {
  const watch = `
    setInterval(() => {
      if (process.ppid !== ${parent}) process.kill(process.pid, "SIGKILL");
    }, ${LOOK_MS});`;
  const resourceLimits = { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 1, stackSizeMb: 1 };
  new Worker(watch, { eval: true, env: {}, resourceLimits }).unref();
}
