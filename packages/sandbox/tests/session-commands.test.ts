import type { DaytonaEmulator } from "@quaver/emulators";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { SandboxClient } from "../src/index.ts";
import { LASTING_FAILURES, PASSING_FAILURES, timeFor } from "./failures.ts";
import {
  aClient,
  anInput,
  callsTo,
  eventually,
  failureOf,
  run,
  setUp,
  sharedDaytona,
} from "./support.ts";

// Making an emulator and a sandbox takes longer than a test; faults are gone after each.
let daytona: DaytonaEmulator;
let end: () => Promise<void>;
let client: SandboxClient;
let id: string;
let made = 0;
beforeAll(async () => {
  ({ daytona, end } = await sharedDaytona());
  client = aClient(daytona);
  ({ id } = await client.create(anInput()));
});
afterEach(() => daytona.faults.clear());
afterAll(() => end());

const aSession = () => `turn-${(made += 1)}`;

/** The command's progress once it has ended. */
async function ended(session: string, commandId: string) {
  return await eventually(async () => {
    const progress = await readText(session, commandId);
    expect(progress?.exitCode).not.toBeNull();
    return progress;
  });
}

/** The command's progress, with its output as text. */
async function readText(session: string, commandId: string, offset = 0, limit = 100_000) {
  const progress = await client.readCommand(id, { session, commandId, offset, limit });
  return progress && { ...progress, output: Buffer.from(progress.output).toString() };
}

async function resultOf(command: string, env?: Record<string, string>) {
  const session = aSession();
  const { commandId } = await client.startCommand(id, { session, command, env });
  return await ended(session, commandId);
}

describe("a session's command", () => {
  test("has its standard error read while it runs, on request alone", async () => {
    const session = aSession();
    const command = "echo warning >&2; until [ -e stop ]; do sleep 0.02; done";
    const { commandId } = await client.startCommand(id, { session, command });
    const reading = { session, commandId, offset: 0, limit: 100 };
    await eventually(async () => {
      const progress = await client.readCommand(id, { ...reading, withErrors: true });
      expect(progress).toMatchObject({ exitCode: null, errors: "warning\n" });
    });
    expect(await client.readCommand(id, reading)).toMatchObject({ exitCode: null, errors: "" });
    await client.endSession(id, session);
  });

  test("can be read while it runs, from an offset on", async () => {
    const session = aSession();
    const command = "echo one; until [ -e go ]; do sleep 0.02; done; echo two; exit 3";
    const { commandId } = await client.startCommand(id, { session, command });
    const read = (offset: number, limit = 100) => readText(session, commandId, offset, limit);
    await eventually(async () => {
      expect(await read(0)).toEqual({ exitCode: null, output: "one\n", more: false, errors: "" });
    });
    expect(await read(4)).toEqual({ exitCode: null, output: "", more: false, errors: "" });
    await run(daytona, id, "touch go");
    expect(await ended(session, commandId)).toMatchObject({ exitCode: 3, output: "one\ntwo\n" });
    expect(await read(4)).toMatchObject({ output: "two\n", more: false });
    expect(await read(2, 3)).toMatchObject({ exitCode: 3, output: "e\nt", more: true });
    expect(await read(0, 0)).toMatchObject({ exitCode: 3, output: "", more: false });
    expect(await read(1_000)).toMatchObject({ output: "", more: false });
  });

  test("shows its standard output, and the last lines of its standard error", async () => {
    const result = await resultOf("echo out; echo err >&2; exit 3");
    expect(result).toEqual({ exitCode: 3, output: "out\n", more: false, errors: "err\n" });
    const much = await resultOf("for i in $(seq 1000); do echo line $i >&2; done");
    expect(much?.errors).toMatch(/^line \d+\n(line \d+\n)*line 1000\n$/);
    expect(much?.errors.length).toBeGreaterThan(1_900);
  });

  // As one of Daytona's own session commands, none of these would end: see the emulator's tests.
  test.each([
    ["calls exit", "exit 3", 3],
    ["calls exec", "exec true", 0],
    ["reads its standard input to the end", "cat", 0],
    ["leaves a child that holds its output", "sleep 1000 &", 0],
    ["leaves one in a process session of its own", "setsid sleep 1000 &", 0],
    ["leaves one that ignores a hang-up", "nohup sleep 1000 &", 0],
    ["leaves one without its environment", "env -i setsid sleep 1000 &", 0],
    ["kills itself", "kill -KILL $$", 137],
    ["is not there", "no-such-command", 127],
  ])("ends with its command when that %s", async (_, command, exitCode) => {
    expect(await resultOf(command)).toMatchObject({ exitCode });
  });

  test.each([
    ["quotes", `it's "so" '' '\\''`],
    ["what a shell would run", "$(touch pwned) `touch pwned` ; touch pwned & | > pwned"],
    ["lines", "\n\none\n'two'\n\n"],
    ["backslashes", "\\ \\\\ \\n \\'"],
    ["other alphabets", "Δοκιμή 试验 🎹"],
    ["nothing", ""],
    ["much", "'x\n".repeat(20_000)],
  ])("gets environment values with %s unchanged", async (_, value) => {
    const result = await resultOf('printf %s "$VALUE"; printf %s "$OTHER"', {
      VALUE: value,
      OTHER: "|",
    });
    expect(result).toEqual({ exitCode: 0, output: `${value}|`, more: false, errors: "" });
    const output = await run(daytona, id, "ls; ls .sessions");
    expect(output).not.toMatch(/pwned/);
  });

  test("may be several lines, and end in a comment", async () => {
    expect(await resultOf("echo one\necho two # three")).toMatchObject({ output: "one\ntwo\n" });
  });

  test("has an environment that is in no file of the sandbox", async () => {
    const session = aSession();
    const env = { AGENT_KEY: "the-agents-key" };
    await client.startCommand(id, { session, command: "sleep 60", env });
    const found = await run(daytona, id, "grep -r the-agents-key . || echo none");
    expect(found).toBe("none\n");
    await client.endSession(id, session);
  });
});

describe("starting a session again", () => {
  test("returns the command that was started", async () => {
    const session = aSession();
    const input = { session, command: "echo ran >> runs" };
    const first = await client.startCommand(id, input);
    expect(await client.startCommand(id, input)).toEqual(first);
    await ended(session, first.commandId);
    const output = await run(daytona, id, "cat runs");
    expect(output).toBe("ran\n");
  });

  const STEPS: [string, string, RegExp][] = [
    ["looking up the sandbox", "GET", /\/sandbox\//],
    ["starting the command", "POST", /\/process\/execute$/],
  ];
  // The SDK takes long to notice a lost connection.
  const quickFailures = PASSING_FAILURES.filter(([, kind]) => kind !== "drop");

  describe.each(STEPS)("after a failure of %s", (step, method, path) => {
    // The SDK's own timeout for a command is longer than these tests'.
    const waits = step === "starting the command";
    // The SDK looks up the sandbox by the id in the response, and finds none.
    const looksUp = step === "looking up the sandbox";
    const passing = quickFailures.filter(
      ([what]) =>
        !(waits && what === "no answer") && !(looksUp && what === "an id that isn't text"),
    );
    test.each(passing)("by %s, starts one", async (_what, kind) => {
      // Twice as long as the fault takes, as a shell has to be started, too.
      const quickClient = aClient(daytona, { timeoutMs: 2 * timeFor(kind) });
      daytona.faults.add({ method, path, nth: 1, kind });
      const session = aSession();
      const input = { session, command: `echo ran >> runs-${session}`, env: { A: "b" } };
      const { commandId } = await quickClient.startCommand(id, input);
      await ended(session, commandId);
      expect(await run(daytona, id, `cat runs-${session}`)).toBe("ran\n");
    });

    test("after the request took effect, starts one", async () => {
      daytona.faults.add({ method, path, nth: 1, kind: { after: { status: 502 } } });
      const session = aSession();
      const input = { session, command: `echo ran >> runs-${session}` };
      const { commandId } = await client.startCommand(id, input);
      await ended(session, commandId);
      expect(await run(daytona, id, `cat runs-${session}`)).toBe("ran\n");
    });

    test.each(LASTING_FAILURES)("by %s fails as it should", async (_what, kind, code) => {
      daytona.faults.add({ method, path, kind });
      const start = client.startCommand(id, { session: aSession(), command: "true" });
      expect((await failureOf(start)).code).toBe(code);
    });
  });
});

describe("a missing command", () => {
  test("is read as null, and ending its session does nothing", async () => {
    const nothing = { commandId: "none", offset: 0, limit: 10 };
    const session = aSession();
    expect(await client.readCommand(id, { ...nothing, session })).toBeNull();
    await client.startCommand(id, { session, command: "true" });
    expect(await client.readCommand(id, { ...nothing, session })).toBeNull();
    await client.endSession(id, aSession());
    await client.endSession("missing", session);
    expect((await failureOf(client.keepAwake("missing"))).code).toBe("NOT_FOUND");
    const read = client.readCommand("missing", { ...nothing, session });
    expect((await failureOf(read)).code).toBe("NOT_FOUND");
  });

  test("is the result of a start in a session that was ended before", async () => {
    const session = aSession();
    await client.endSession(id, session);
    const input = { session, command: `touch begun-${session}` };
    const { commandId } = await client.startCommand(id, input);
    expect(await readText(session, commandId)).toBeNull();
    const output = await run(daytona, id, "ls");
    expect(output).not.toContain(`begun-${session}`);
  });

  test("is one that was interrupted by its sandbox's stop", async () => {
    const { client } = await setUp();
    const { id } = await client.create(anInput());
    const input = { session: "s", command: "sleep 60" };
    const { commandId } = await client.startCommand(id, input);
    await client.stop(id);
    const read = () => client.readCommand(id, { session: "s", commandId, offset: 0, limit: 10 });
    expect((await failureOf(read())).code).toBe("INVALID");
    expect((await failureOf(client.startCommand(id, input))).code).toBe("INVALID");
    await client.endSession(id, "s");
    await client.start(id);
    expect(await read()).toBeNull();
    expect(await client.startCommand(id, input)).toEqual({ commandId });
    expect(await read()).toBeNull();
  });

  test("is not one that had ended before its sandbox was restarted", async () => {
    const { client } = await setUp();
    const { id } = await client.create(anInput());
    const { commandId } = await client.startCommand(id, {
      session: "s",
      command: "echo a; exit 3",
    });
    const read = () => client.readCommand(id, { session: "s", commandId, offset: 0, limit: 10 });
    await eventually(async () => expect(await read()).toMatchObject({ exitCode: 3 }));
    await client.stop(id);
    await client.start(id);
    expect(await read()).toMatchObject({ exitCode: 3, output: new Uint8Array(Buffer.from("a\n")) });
  });
});

describe("ending a session", () => {
  test("ends its processes", async () => {
    const session = aSession();
    const command = `while true; do date >> beats-${session}; sleep 0.02; done`;
    const { commandId } = await client.startCommand(id, { session, command });
    const count = async () => {
      return Number(await run(daytona, id, `cat beats-${session} | wc -l`));
    };
    await eventually(async () => expect(await count()).toBeGreaterThan(0));
    await client.endSession(id, session);
    const after = await count();
    expect(await count()).toBe(after);
    expect(await client.readCommand(id, { session, commandId, offset: 0, limit: 1 })).toBeNull();
  });

  test("fails when Daytona fails, with a retryable error", async () => {
    const quickClient = aClient(daytona, { timeoutMs: 1_000 });
    daytona.faults.add({ method: "POST", path: /execute$/, kind: { status: 503 } });
    const failure = await failureOf(quickClient.endSession(id, aSession()));
    expect(failure).toMatchObject({ code: "UNAVAILABLE", retryable: true });
  });
});

describe("keeping a sandbox awake", () => {
  test("resets the timer of the idle stop", async () => {
    const { daytona, client } = await setUp();
    const { id } = await client.create(anInput());
    await client.keepAwake(id);
    expect(callsTo(daytona, "POST", /last-activity$/)).toBe(1);
  });

  test.each(PASSING_FAILURES)("is tried again after %s", async (_, kind) => {
    const quickClient = aClient(daytona, { timeoutMs: timeFor(kind) });
    daytona.faults.add({ method: "POST", path: /last-activity$/, nth: 1, kind });
    await quickClient.keepAwake(id);
  });
});

describe("arguments", () => {
  test("out of range are refused before anything is sent", async () => {
    const read = { session: "s", commandId: "c", offset: 0, limit: 1 };
    const refused = [
      ...["", "a/b", "..", "a b", "a'b", "$(x)", "x".repeat(101)].map((session) =>
        client.startCommand(id, { session, command: "true" }),
      ),
      client.startCommand(id, { session: "s", command: "" }),
      client.startCommand(id, { session: "s", command: "true", env: { "A B": "c" } }),
      client.startCommand(id, { session: "s", command: "true", env: { A: "\0" } }),
      client.startCommand(id, { session: "s", command: "true", env: { QUAVER_SESSION: "x" } }),
      client.startCommand("..", { session: "s", command: "true" }),
      client.readCommand(id, { ...read, commandId: "../.." }),
      client.readCommand(id, { ...read, offset: -1 }),
      client.readCommand(id, { ...read, limit: 1e9 }),
      client.endSession(id, "../x"),
      client.keepAwake("../x"),
    ];
    for (const work of refused) expect((await failureOf(work)).code).toBe("INVALID");
    expect(daytona.faults.calls()).toEqual([]);
  });
});
