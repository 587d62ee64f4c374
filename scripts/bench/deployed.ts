/** The benchmark's own functions, on a local deployment. */
import { cpSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, runConvex, type Target } from "../lib/convex-cli.ts";

/** A copy of the benchmark's project, where the CLI may write its generated files. */
export function copyProject(folder: string): string {
  const project = join(folder, "project");
  cpSync(join(ROOT, "scripts/bench/project"), project, { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(project, "node_modules"));
  writeFileSync(
    join(project, "package.json"),
    '{"name":"bench","type":"module","dependencies":{"convex":"*"}}',
  );
  return project;
}

/** Pushes it. @throws Error when the CLI refuses */
export async function push(deployment: Target, project: string): Promise<void> {
  const deploy = ["deploy", "--typecheck", "disable", "-y"];
  const { code, stderr } = await runConvex(deployment, deploy, { cwd: project });
  if (code !== 0) throw new Error(`The benchmark's functions were not pushed:\n${stderr}`);
}
