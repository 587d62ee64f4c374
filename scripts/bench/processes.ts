import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { z } from "zod";
import { ROOT, type Target } from "../lib/convex-cli.ts";

/** A server in a process of its own. */
export interface Process extends Target {
  stop(): Promise<void>;
}

const readyLine = z.object({ event: z.literal("ready"), url: z.string(), adminKey: z.string() });

/** Starts a script under Bun and waits for its ready line. @throws Error when it ends without one */
export async function startInProcess(script: string, args: string[]): Promise<Process> {
  const child = spawn(process.execPath, [join(ROOT, script), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  for await (const line of createInterface({ input: child.stdout })) {
    const { url, adminKey } = readyLine.parse(JSON.parse(line));
    return { url, adminKey, stop };
  }
  throw new Error(`${script} ended before it was ready`);
}
