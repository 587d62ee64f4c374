/// <reference types="vite/client" />
/** The environment variables: declared, described, and read when they are used. */
import { afterEach, describe, expect, test, vi } from "vitest";
import config from "../../convex/convex.config.ts?raw";
import example from "../../.env.example?raw";
import { env } from "../../convex/lib/env.ts";
import { daytona, modules } from "./support/setup.ts";

function namesIn(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].flatMap(([, name]) => name ?? []).sort();
}

const declared = namesIn(config, /^ +([A-Z_]+): v\./gm);

test("each variable that functions may read is in .env.example, and no other", () => {
  expect(declared).toContain("CLERK_WEBHOOK_SECRET");
  expect(namesIn(example, /^([A-Z_]+)=$/gm)).toEqual(declared);
});

describe("reading them", () => {
  const before = process.env;
  afterEach(() => void (process.env = before));

  test("what Node loads sees what is set at each call", async () => {
    const { sandboxClient } = await import("../../convex/projects/sandbox/daytona.ts");
    // As Convex's Node executor does: another object, while the modules stay.
    process.env = { DAYTONA_API_KEY: "first", DAYTONA_TARGET: "eu" };
    sandboxClient();
    process.env = { DAYTONA_API_KEY: "rotated" };
    sandboxClient();
    expect(daytona.clients).toMatchObject([
      { apiKey: "first", target: "eu" },
      { apiKey: "rotated", target: undefined },
    ]);
  });

  test("a blank one is not set, and nothing can be set", () => {
    process.env = { SITE_URL: "", STRIPE_PRICE_PRO: " ", DAYTONA_TARGET: " eu" };
    expect([env.SITE_URL, env.STRIPE_PRICE_PRO, env.CLERK_API_URL]).toEqual(
      Array(3).fill(undefined),
    );
    expect(env.DAYTONA_TARGET).toBe(" eu");
    expect(() => Object.assign(env, { SITE_URL: "https://a.test" })).toThrow(TypeError);
  });

  test("no module reads one while it loads", async () => {
    const early = new Set<string>();
    process.env = new Proxy(
      { ...before },
      {
        get: (variables, name) => {
          if (typeof name === "string" && declared.includes(name)) early.add(name);
          return Reflect.get(variables, name) as unknown;
        },
      },
    );
    vi.resetModules();
    await vi.importActual("@quaver/sandbox");
    // The push itself evaluates the configuration, anew each time.
    const paths = Object.keys(modules).filter((path) => !path.endsWith(".config.ts"));
    expect(paths.length).toBeGreaterThan(40);
    for (const path of paths) await modules[path]!();
    expect([...early]).toEqual([]);
  });
});
