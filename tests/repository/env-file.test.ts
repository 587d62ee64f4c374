import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { realDeployment, writeEnvFile } from "../../scripts/dev/convex/env-file.ts";
import { tempFolder } from "../support/temp.ts";

const local = { url: "http://127.0.0.1:3210", adminKey: "key-of-the-local-deployment" };

function clone(envLocal?: string) {
  const folder = tempFolder();
  const file = join(folder, ".env.local");
  if (envLocal !== undefined) writeFileSync(file, envLocal);
  return {
    folder,
    read: () => readFileSync(file, "utf8"),
    mode: () => statSync(file).mode & 0o777,
  };
}

describe("which deployment this clone works on", () => {
  test("a fresh clone names none", () => {
    expect(realDeployment(clone().folder, {})).toBeNull();
  });

  test.each([
    ["CONVEX_DEPLOYMENT=dev:happy-otter-123", "CONVEX_DEPLOYMENT=dev:happy-otter-123"],
    [
      "CONVEX_SELF_HOSTED_URL='https://convex.example.com'",
      "CONVEX_SELF_HOSTED_URL=https://convex.example.com",
    ],
    ["CONVEX_DEPLOY_KEY=prod:otter|secret", "CONVEX_DEPLOY_KEY"],
  ])("%s in .env.local names a real one, and no key is shown", (line, shown) => {
    expect(realDeployment(clone(`${line}\n`).folder, {})).toBe(shown);
  });

  test.each(["not a url", "convex.example.com", "https://"])("%j is refused", (url) => {
    const { folder } = clone(`CONVEX_SELF_HOSTED_URL='${url}'`);
    expect(() => realDeployment(folder, {})).toThrow(
      expect.objectContaining({ code: "BAD_DEPLOYMENT_URL" }),
    );
  });

  test("the shell and .env name one too", () => {
    const { folder } = clone();
    expect(realDeployment(folder, { CONVEX_DEPLOYMENT: "dev:x" })).toBe("CONVEX_DEPLOYMENT=dev:x");
    writeFileSync(join(folder, ".env"), "CONVEX_DEPLOYMENT=dev:y\n");
    expect(realDeployment(folder, {})).toBe("CONVEX_DEPLOYMENT=dev:y");
  });

  test("the lines that `bun run dev` wrote don't count, other lines do", () => {
    const { folder, read } = clone();
    writeEnvFile(local, folder);
    expect(read()).toContain(`CONVEX_SELF_HOSTED_URL=${local.url}\n`);
    expect(realDeployment(folder, {})).toBeNull();
    writeFileSync(join(folder, ".env.local"), `${read()}CONVEX_DEPLOYMENT=dev:otter\n`);
    expect(realDeployment(folder, {})).toBe("CONVEX_DEPLOYMENT=dev:otter");
  });
});

describe("pointing .env.local at the local deployment", () => {
  test("keeps other lines, and makes the file readable by its owner only", () => {
    const { folder, read, mode } = clone("VITE_CLERK_PUBLISHABLE_KEY=pk_test_1\n");
    writeEnvFile(local, folder);
    expect(read()).toMatch(/^VITE_CLERK_PUBLISHABLE_KEY=pk_test_1\n/);
    expect(mode()).toBe(0o600);
  });

  test("a second start replaces its own lines and keeps what the CLI added", () => {
    const { folder, read } = clone();
    writeEnvFile({ ...local, url: "http://127.0.0.1:9" }, folder);
    writeFileSync(join(folder, ".env.local"), `${read()}\nCONVEX_URL=http://127.0.0.1:9\n`);
    writeEnvFile(local, folder);
    expect(read().match(/CONVEX_SELF_HOSTED_URL/g)).toHaveLength(1);
    expect(read()).toContain("CONVEX_URL=http://127.0.0.1:9\n");
    expect(read()).toContain(local.url);
  });
});
