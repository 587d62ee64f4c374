/**
 * Everything at once, without `bun run dev`: a deployment in a process of its own, which can be killed, with the
 * functions of `convex/` pushed to it by the official CLI, and the emulators in this process, where a test can look
 * into them.
 */
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  startClerkEmulator,
  startDaytonaEmulator,
  startStripeEmulator,
  type ClerkEmulator,
  type DaytonaEmulator,
  type DaytonaEmulatorOptions,
  type StripeEmulator,
} from "@quaver/emulators";
import { ROOT, runConvex, type Target } from "../../scripts/lib/convex-cli.ts";
import { callSystem } from "../../scripts/lib/deployment-api.ts";
import { emulatorVariables } from "../../scripts/dev/convex/emulator-variables.ts";
import { TestDeployment } from "./deployment.ts";
import { makeTempFolder } from "./folders.ts"; // not temp.ts: `bun run bench` starts worlds without vitest

/** Where the front end would be; nothing listens there. */
const SITE_URL = "http://localhost:5173";

/** How a world differs from the usual one. */
export interface WorldOptions {
  /** Further variables of the deployment's environment, `AGENT_COMMAND` for one. */
  environment?: Record<string, string>;
  /** Further modules to push beside the app's own, by their path in `convex/`. */
  modules?: Record<string, string>;
  /** The data folder of a stopped deployment that has been pushed to: a copy of it is started, without another push. */
  pushed?: string;
  daytona?: Pick<DaytonaEmulatorOptions, "delaysMs" | "minuteMs">;
  /** Whether the emulators tell the deployment what happens; true unless given. */
  webhooks?: boolean;
}

/** What `startWorld` starts. */
export interface World {
  deployment: TestDeployment;
  clerk: ClerkEmulator;
  daytona: DaytonaEmulator;
  stripe: StripeEmulator;
  /** The folder of the pushed project, for further calls of the CLI. */
  project: string;
  close(): Promise<void>;
}

/** Starts a world of its own in a temporary folder, which is gone once it is closed. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const folder = makeTempFolder();
  const closers: (() => Promise<unknown>)[] = [];
  const close = async () => {
    await Promise.all(closers.map((closeOne) => closeOne()));
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const clerk = await startClerkEmulator({ dataDir: join(folder, "clerk") });
    closers.push(() => clerk.close());
    const daytona = await startDaytonaEmulator({
      dataDir: join(folder, "daytona"),
      ...options.daytona,
    });
    closers.push(() => daytona.close());
    const stripe = await startStripeEmulator({ dataDir: join(folder, "stripe") });
    closers.push(() => stripe.close());
    // A context of its own is most of what a call costs. No function of ours keeps anything in its module.
    const flags = ["--egress", `api.stripe.com=${stripe.url}`, "--keep-contexts"];
    const dataDir = join(folder, "deployment");
    if (options.pushed !== undefined) cpSync(options.pushed, dataDir, { recursive: true });
    const deployment = await TestDeployment.start(dataDir, flags);
    closers.push(() => deployment.kill());
    const { siteUrl } = deployment;
    if (options.webhooks ?? true) {
      clerk.setWebhook({ url: `${siteUrl}/clerk-users-webhook` });
      daytona.setWebhook({ url: `${siteUrl}/daytona-webhook` });
      stripe.setWebhook({ url: `${siteUrl}/stripe/webhook` });
    }
    await setEnvironment(deployment, {
      ...emulatorVariables({ clerk, daytona, stripe, siteUrl: SITE_URL }),
      ...options.environment,
    });
    const project = makeProject(join(folder, "project"), options.modules ?? {});
    if (options.pushed === undefined) await push(deployment, project);
    return { deployment, clerk, daytona, stripe, project, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Sets variables of a deployment's environment. */
export async function setEnvironment(
  deployment: Target,
  variables: Record<string, string>,
): Promise<void> {
  const changes = Object.entries(variables).map(([name, value]) => ({ name, value }));
  await callSystem(deployment, "/api/update_environment_variables", { changes });
}

/**
 * A copy of the app's project, in which the CLI may write.
 * @param modules further ones, by their path in `convex/`
 */
export function makeProject(folder: string, modules: Record<string, string> = {}): string {
  mkdirSync(folder, { recursive: true });
  cpSync(join(ROOT, "convex"), join(folder, "convex"), { recursive: true });
  for (const [path, text] of Object.entries(modules)) {
    writeFileSync(join(folder, "convex", path), text);
  }
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"), "dir");
  // The CLI insists on a package.json that depends on convex.
  const manifest = { name: "world", private: true, type: "module", dependencies: { convex: "*" } };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  return folder;
}

async function push(deployment: TestDeployment, project: string): Promise<void> {
  const flags = ["--yes", "--typecheck", "disable", "--codegen", "disable"];
  const { code, stdout, stderr } = await runConvex(deployment, ["deploy", ...flags], {
    cwd: project,
  });
  if (code !== 0) throw new Error(`The functions were not pushed:\n${stdout}\n${stderr}`);
}
