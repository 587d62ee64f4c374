import { execFileSync } from "node:child_process";
import { delimiter, dirname } from "node:path";

let found: string | undefined;

/**
 * The path of Bun. It is on the PATH under `bun run test` (`npx --yes bun@1 run test` too), and comes from the
 * registry under a plain `npx vitest`.
 */
export function bunPath(): string {
  found ??= tryBun("bun") ?? tryBun("npx", "--yes", "bun@1");
  if (found === undefined) throw new Error("Bun was not found: run the tests with `bun run test`.");
  return found;
}

/** An environment in which scripts find Bun by its name, as under `bun run`. */
export function withBun(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, PATH: `${dirname(bunPath())}${delimiter}${env.PATH ?? ""}` };
}

function tryBun(command: string, ...args: string[]): string | undefined {
  try {
    // Where it goes by that name: scripts call each other by `bun`, and npx keeps it as another file.
    return execFileSync(command, [...args, "--print", "Bun.which('bun') ?? process.execPath"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return undefined;
  }
}
