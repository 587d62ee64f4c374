/** What holds of the sandboxes' image. It can't be built here, so its Dockerfile is parsed. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildAgent } from "@quaver/agent/build";
import type { Copy, From, Healthcheck } from "dockerfile-ast";
import { DockerfileParser } from "dockerfile-ast";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { OPENCODE_VERSION } from "../../scripts/dev/agent/opencode.ts";
import { exitOf } from "../../scripts/lib/convex-cli.ts";

const TEXT = readFileSync(new URL("../../packages/agent/Dockerfile", import.meta.url), "utf8");
const dockerfile = DockerfileParser.parse(TEXT);
const instructions = dockerfile.getInstructions();

/** The instructions of one kind. */
function all<Kind = (typeof instructions)[number]>(keyword: string): Kind[] {
  return instructions.filter((each) => each.getKeyword() === keyword) as Kind[];
}

/** What each instruction of one kind says, on one line. */
function said(keyword: string): string[] {
  return all(keyword).map((each) =>
    (each.getRawArgumentsContent() ?? "").replace(/\\\n/g, " ").replace(/\s+/g, " "),
  );
}

/** The words of the entry point, as Daytona's server reads them. */
function entrypoint(): string[] {
  const [, words = ""] = /ENTRYPOINT\s+(.*)/.exec(TEXT) ?? [];
  return JSON.parse(words) as string[];
}

describe("the agent's Dockerfile", () => {
  test("is of one stage, on an exact version of Node on Debian", () => {
    const stages = all<From>("FROM");
    expect(stages).toHaveLength(1);
    expect(stages[0]!.getImage()).toMatch(/^node:24\.\d+\.\d+-bookworm-slim$/);
    expect(stages[0]!.getImageTag()).not.toBe("latest");
  });

  test("installs an exact version of opencode, and the tools that the backend needs", () => {
    const commands = said("RUN").join("\n");
    expect(commands).toMatch(/npm install --global opencode-ai@\d+\.\d+\.\d+ /);
    expect(commands).toContain(`opencode-ai@${OPENCODE_VERSION} `); // as `bun run dev --agent` has it
    const [, packages = ""] = /--no-install-recommends ([^&]+) &&/.exec(commands) ?? [];
    expect(packages.split(" ")).toEqual(["bash", "ca-certificates", "git", "procps"]);
  });

  test("copies only what the package's build makes, and nothing from the network", () => {
    const sources = all<Copy>("COPY").map((copy) => copy.getArguments().slice(0, -1).map(String));
    expect(sources).toEqual([["dist"]]);
    expect(all("ADD")).toEqual([]);
    expect(TEXT).not.toMatch(/curl|wget/);
  });

  test("ends as a user without root, in its own home", () => {
    expect(said("USER")).toEqual(["quaver"]);
    expect(said("WORKDIR")).toEqual(["/home/quaver"]);
    expect(said("RUN").at(-1)).toMatch(/useradd --create-home .* quaver$/);
    const order = instructions.map((each) => each.getKeyword());
    expect(order.lastIndexOf("RUN")).toBeLessThan(order.indexOf("USER"));
  });

  test("has the launcher on the path", () => {
    const launcher = "/opt/quaver/quaver-agent.js";
    expect(said("RUN").join("\n")).toContain(`ln -s ${launcher} /usr/local/bin/quaver-agent`);
    expect(said("COPY")).toEqual(["dist /opt/quaver/"]);
  });

  test("serves the app on port 3000, and says whether it does", () => {
    expect(said("ENV").join(" ")).toMatch(/\bPORT=3000\b/);
    expect(said("EXPOSE")).toEqual(["3000"]);
    const [check] = all<Healthcheck>("HEALTHCHECK");
    expect(check!.getSubcommand()?.getValue()).toBe("CMD");
    expect(check!.getRawArgumentsContent()).toContain("process.env.PORT");
  });

  test("has its entry point as an array on one line, and its keyword nowhere else", () => {
    // Daytona's server finds it so (`getEntrypointFromDockerfile` of its snapshot service), in comments too.
    expect(TEXT.match(/ENTRYPOINT/g)).toHaveLength(1);
    expect(entrypoint()).toEqual([
      "sh",
      "-c",
      expect.stringContaining("node /opt/quaver/serve.js"),
    ]);
    expect(all("CMD")).toEqual([]);
  });

  test("starts the app's server again whenever it ends, until it is stopped itself", async () => {
    const bin = mkdtempSync(join(tmpdir(), "bin-"));
    onTestFinished(() => rmSync(bin, { recursive: true }));
    const options = { mode: 0o755 };
    writeFileSync(join(bin, "node"), '#!/bin/sh\necho "$@"\n', options); // ends at once
    writeFileSync(join(bin, "sleep"), "#!/bin/sh\n", options);
    const [shell, ...args] = entrypoint();
    const child = spawn(`/bin/${shell!}`, args, {
      env: { PATH: bin },
      stdio: ["ignore", "pipe", 2],
    });
    const ended = exitOf(child);
    let said = "";
    for await (const chunk of child.stdout!) {
      said += String(chunk);
      if (said.split("\n").length > 3) child.kill("SIGTERM");
    }
    expect(said).toMatch(/^(\/opt\/quaver\/serve\.js\n){3,}$/);
    expect(await ended).toBe(0);
  });

  test("copies folders without a slash at the end, with which Daytona's SDK packs another folder", () => {
    expect(said("COPY").filter((copy) => /\/ \S+$/.test(copy))).toEqual([]);
  });
});

describe("what the Dockerfile copies", () => {
  const folder = mkdtempSync(join(tmpdir(), "agent-"));
  const read = (name: string) => readFileSync(join(folder, name), "utf8");
  beforeAll(() => buildAgent(folder));
  afterAll(() => rmSync(folder, { recursive: true }));

  test("is there after the build: the launcher, which is a program, the server and the template", () => {
    expect(read("quaver-agent.js")).toMatch(/^#!\/usr\/bin\/env node\n/);
    expect(existsSync(join(folder, "serve.js"))).toBe(true);
    expect(existsSync(join(folder, "template", "package-lock.json"))).toBe(true);
  });

  test("needs nothing that the image lacks: the bundles import Node's own modules alone", () => {
    const imported = ["quaver-agent.js", "serve.js"].flatMap((name) =>
      [...read(name).matchAll(/^(?:import|export) [^;]*?from "([^"]+)";$/gm)].map(
        ([, from]) => from!,
      ),
    );
    expect(imported.filter((name) => !name.startsWith("node:") && !isBuiltin(name))).toEqual([]);
  });
});
