/** A local deployment with the functions of `convex/`, for as long as something is asked of it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startLocalDeployment } from "@quaver/local-deployment";
import { runConvex, type Target } from "../lib/convex-cli.ts";
import { callSystem } from "../lib/deployment-api.ts";
import { CommandFailure } from "../lib/failure.ts";

/** `auth.config.ts` can't be evaluated without it; what it says does not matter here. */
const REQUIRED_VARIABLES = [{ name: "CLERK_JWT_ISSUER_DOMAIN", value: "https://clerk.invalid" }];

/**
 * Has the official CLI push `convex/` to a deployment that is thrown away afterwards.
 *
 * @param options - `codegen`: whether the CLI also writes `convex/_generated`
 * @param use - what to do meanwhile
 * @throws CommandFailure `PUSH_FAILED` with what the CLI says
 */
export async function withPushedFunctions<T>(
  { codegen }: { codegen: boolean },
  use: (deployment: Target) => Promise<T>,
): Promise<T> {
  const dataDir = mkdtempSync(join(tmpdir(), "quaver-generate-"));
  try {
    const deployment = await startLocalDeployment({ port: 0, sitePort: 0, dataDir });
    try {
      await callSystem(deployment, "/api/update_environment_variables", {
        changes: REQUIRED_VARIABLES,
      });
      await push(deployment, codegen);
      return await use(deployment);
    } finally {
      await deployment.close();
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function push(deployment: Target, codegen: boolean): Promise<void> {
  // Types are checked by `bun run typecheck`.
  const flags = ["--yes", "--typecheck", "disable", "--codegen", codegen ? "enable" : "disable"];
  const { code, stdout, stderr } = await runConvex(deployment, ["deploy", ...flags]);
  if (code === 0) return;
  throw new CommandFailure("PUSH_FAILED", `The functions were not pushed.\n${stdout}\n${stderr}`);
}
