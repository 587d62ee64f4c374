/** What holds of the sandboxes' image. It can't be built here, so its Dockerfile is parsed. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildAgent } from "@quaver/agent/build";
import type { Copy, From, Healthcheck, JSONInstruction } from "dockerfile-ast";
import { DockerfileParser } from "dockerfile-ast";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

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

  test("starts the app's server, and again when it ends", () => {
    const [entrypoint, ...others] = all<JSONInstruction>("ENTRYPOINT");
    expect(others).toEqual([]);
    const words = entrypoint!.getJSONStrings().map((each) => each.getJSONValue());
    expect(words.slice(0, 2)).toEqual(["sh", "-c"]);
    expect(words[2]).toMatch(
      /while :; do node \/opt\/quaver\/serve\.js & wait \$!; sleep 1; done$/,
    );
    expect(all("CMD")).toEqual([]);
  });

  test("has its entry point as an array on one line, and its keyword nowhere else", () => {
    // Daytona's server finds it so (`getEntrypointFromDockerfile` of its snapshot service), in comments too.
    const matches = [...TEXT.matchAll(/ENTRYPOINT\s+(.*)/g)];
    expect(matches.map(([, found]) => JSON.parse(found!))).toEqual([
      ["sh", "-c", expect.stringContaining("serve.js")],
    ]);
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
