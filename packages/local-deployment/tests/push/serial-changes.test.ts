import { expect, test } from "vitest";
import { PushService } from "../../src/application/push_service.ts";
import type { ActionPool } from "../../src/application/action_pool.ts";
import type { EngineClient } from "../../src/application/engine_client.ts";

/** An engine without code, which answers when the test lets it. */
function heldEngine() {
  const asked: string[] = [];
  let answer: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const answers: Readonly<Record<string, unknown>> = { environment: {}, pushedModules: [] };
  const call = async (op: string) => {
    asked.push(op);
    await held;
    return answers[op] ?? null;
  };
  return { asked, answer, call };
}

test("variables change only after a push in progress, which was evaluated with the old ones, has finished", async () => {
  const engine = heldEngine();
  const changeSeen = async () => undefined;
  const service = new PushService({
    // The one method that it calls.
    engine: engine as unknown as EngineClient,
    // Nothing is analysed.
    actions: {} as unknown as ActionPool,
    urls: { cloud: "", site: "" },
    wallTimeoutMs: undefined,
    changed: { code: changeSeen, environment: changeSeen },
  });
  const finished = service.finish("overtaken").catch((error: unknown) => error);
  const changed = service.changeVariables([{ name: "A", value: "1" }]);
  await Promise.resolve();
  expect(engine.asked).toEqual(["environment"]);
  engine.answer();
  expect(await finished).toMatchObject({ code: "RaceDetected" });
  await changed;
  expect(engine.asked).toEqual(["environment", "checkVariables", "pushedModules", "setVariables"]);
});
