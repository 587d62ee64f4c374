import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { ROOT } from "../../lib/convex-cli.ts";

/** The server is the one of the real agent's image. */
const SOURCES = {
  agent: join(ROOT, "scripts/demo-agent/agent.ts"),
  serve: join(ROOT, "packages/agent/src/serve/main.ts"),
};
const BUNDLES = join(ROOT, "node_modules/.cache/quaver/demo-agent");

/** The demo agent, which answers prompts unless another agent is set, and the server of the app it makes. */
export const DEMO_AGENT = {
  /** `AGENT_COMMAND`: run in the sandbox for each turn. */
  command: nodeLine("agent"),
  /** Run in each sandbox for as long as it is started. */
  entrypoint: `exec ${nodeLine("serve")}`,
};

/** Bundles the demo agent and its server, each into one file that runs as it is, under Node, in a sandbox. */
export async function buildDemoAgent(): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: SOURCES,
    outdir: BUNDLES,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "silent",
  });
  mkdirSync(BUNDLES, { recursive: true });
  for (const { path, contents } of outputFiles) {
    const fresh = `${path}.${process.pid}`; // a sandbox may be running the one that is there
    writeFileSync(fresh, contents);
    renameSync(fresh, path);
  }
}

function nodeLine(script: keyof typeof SOURCES): string {
  return `node ${shellQuoted(join(BUNDLES, `${script}.mjs`))}`;
}

/** A text as one word of a shell's line. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
