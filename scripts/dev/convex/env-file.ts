import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { ROOT, type Target } from "../../lib/convex-cli.ts";
import { CommandFailure } from "../../lib/failure.ts";

const FIRST_LINE = "# >>> Written by `bun run dev`: the local deployment, for `npx convex …`";
const LAST_LINE =
  "# <<< Name a real deployment outside these lines, and `bun run dev` uses that one";

/** Any of these names the deployment that the Convex CLI works on. */
const NAMES_A_DEPLOYMENT = ["CONVEX_DEPLOYMENT", "CONVEX_DEPLOY_KEY", "CONVEX_SELF_HOSTED_URL"];

/**
 * The real deployment this clone works on, as `NAME=value` without any key, or null. The shell counts, and so do
 * `.env.local` and `.env`, except for the lines that `bun run dev` itself has written.
 * @throws CommandFailure `BAD_DEPLOYMENT_URL`
 */
export function realDeployment(folder = ROOT, shell = process.env): string | null {
  const local = withoutOurs(read(join(folder, ".env.local")));
  for (const variables of [shell, parseEnv(local), parseEnv(read(join(folder, ".env")))]) {
    for (const name of NAMES_A_DEPLOYMENT) {
      const value = variables[name];
      if (name === "CONVEX_SELF_HOSTED_URL" && value && !/^https?:\/\/[^/]/.test(value)) {
        throw new CommandFailure(
          "BAD_DEPLOYMENT_URL",
          `${name} is "${value}", which is no address.`,
        );
      }
      if (value) return name === "CONVEX_DEPLOY_KEY" ? name : `${name}=${value}`;
    }
  }
  return null;
}

/** Points `npx convex …` in this clone at the local deployment, and leaves the file's other lines as they are. */
export function writeEnvFile(target: Target, folder = ROOT): void {
  const file = join(folder, ".env.local");
  const kept = withoutOurs(read(file)).trim();
  const ours = [
    FIRST_LINE,
    `CONVEX_SELF_HOSTED_URL=${target.url}`,
    `CONVEX_SELF_HOSTED_ADMIN_KEY=${target.adminKey}`,
    LAST_LINE,
  ].join("\n");
  writeFileSync(`${file}.new`, `${kept === "" ? "" : `${kept}\n\n`}${ours}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

function read(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

/** The text without the lines between our two marks (up to the end, if the second was deleted). */
function withoutOurs(text: string): string {
  const start = text.indexOf(FIRST_LINE);
  if (start === -1) return text;
  const end = text.indexOf(LAST_LINE, start);
  return text.slice(0, start) + (end === -1 ? "" : text.slice(end + LAST_LINE.length));
}
