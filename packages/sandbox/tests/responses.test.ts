import { SandboxState as DaytonaState } from "@daytona/api-client";
import { describe, expect, test } from "vitest";
import { sandboxSchema } from "../src/response-schemas.ts";
import { SANDBOX_STATES } from "../src/states.ts";

describe("Daytona's responses", () => {
  const parse = (raw: object) => sandboxSchema.parse({ id: "id", name: "name", ...raw });

  test("have Daytona's states, each mapped to one of the package's", () => {
    const unlisted = ["resizing", "snapshotting", "forking", "unknown", "11184809"];
    for (const state of Object.values(DaytonaState)) {
      const counted = parse({ state }).state;
      expect(SANDBOX_STATES).toContain(counted);
      if (!unlisted.includes(state)) expect(counted).not.toBe("unknown");
    }
    expect(parse({ state: "of next year" }).state).toBe("unknown");
    expect(parse({}).state).toBe("unknown");
  });

  test("are reduced to the declared fields", () => {
    const raw = { state: "started", env: { SECRET: "x" }, toolboxProxyUrl: "u", apiKey: "k" };
    expect(Object.keys(parse(raw)).sort()).toEqual([
      "createdAt",
      "errorReason",
      "id",
      "labels",
      "name",
      "recoverable",
      "state",
    ]);
  });

  test.each([{ id: "" }, { id: 1 }, { name: null }, { labels: { a: 1 } }, { state: 1 }])(
    "that are wrong are refused: %j",
    (raw) => {
      expect(() => parse(raw)).toThrow();
    },
  );
});
