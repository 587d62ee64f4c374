/** The plugin, which opencode loads. */
import { afterEach, expect, test, vi } from "vitest";
import plugin from "../src/turn/opencode/plugin.ts";
import { readEvent } from "../src/turn/opencode/events.ts";

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

test("it prints the events that the launcher reads, and no others", async () => {
  const written: string[] = [];
  vi.spyOn(process.stdout, "write").mockImplementation((line) => written.push(String(line)) > 0);
  const hooks = await plugin();
  const properties = { sessionID: "ses_1", status: { type: "idle" } };
  for (const type of ["session.status", "file.edited"]) {
    const event = { type, properties };
    await hooks.event({ event });
  }
  expect(written.map((line) => readEvent(line.trimEnd()))).toEqual([
    { type: "session.status", properties },
  ]);
});

test("what the agent runs does not inherit the model's key", async () => {
  vi.stubEnv("ANTHROPIC_API_KEY", "sk-ant-secret");
  vi.stubEnv("QUAVER_HIDE", "ANTHROPIC_API_KEY OPENCODE_CONFIG_CONTENT");
  await (await plugin())["shell.env"]();
  expect(process.env).not.toHaveProperty("ANTHROPIC_API_KEY");
  expect(process.env).not.toHaveProperty("QUAVER_HIDE");
});

test("a line of opencode's own, and half an event, are no events", () => {
  expect(readEvent('{"type":"text"}')).toBeUndefined();
  expect(readEvent('quaver:event {"type":"sess')).toBeUndefined();
  expect(readEvent('quaver:event {"type":"session.idle","properties":{}}')).toBeUndefined();
});
