/** What holds of the sandboxes' image. It can't be built here, so its Dockerfile is parsed. */
import { readFileSync } from "node:fs";
import type { Copy, From, Healthcheck, JSONInstruction } from "dockerfile-ast";
import { DockerfileParser } from "dockerfile-ast";
import { describe, expect, test } from "vitest";

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
    expect(said("RUN").at(-1)).toMatch(/useradd --create-home .*quaver$/);
    const order = instructions.map((each) => each.getKeyword());
    expect(order.lastIndexOf("RUN")).toBeLessThan(order.indexOf("USER"));
  });

  test("has the launcher on the path, and the dependencies of a new app", () => {
    const launcher = "/opt/quaver-agent/quaver-agent.js";
    expect(said("RUN").join("\n")).toContain("npm ci --prefix /opt/quaver-agent/template ");
    expect(said("RUN").join("\n")).toContain(`ln -s ${launcher} /usr/local/bin/quaver-agent`);
    expect(said("COPY")).toEqual(["dist /opt/quaver-agent"]);
  });

  test("serves the app on port 3000, and says whether it does", () => {
    expect(said("ENV").join(" ")).toMatch(/\bPORT=3000\b/);
    expect(said("EXPOSE")).toEqual(["3000"]);
    const [check] = all<Healthcheck>("HEALTHCHECK");
    expect(check!.getSubcommand()?.getValue()).toBe("CMD");
    expect(check!.getRawArgumentsContent()).toContain("process.env.PORT");
  });

  test("starts the app's server", () => {
    const [entrypoint, ...others] = all<JSONInstruction>("ENTRYPOINT");
    expect(others).toEqual([]);
    const words = entrypoint!.getJSONStrings().map((each) => each.getJSONValue());
    expect(words).toEqual(["node", "/opt/quaver-agent/serve.js"]);
    expect(all("CMD")).toEqual([]);
  });

  test("mentions its entrypoint nowhere else: Daytona takes the first mention for it", () => {
    expect(TEXT.match(/ENTRYPOINT/g)).toHaveLength(1);
  });
});
