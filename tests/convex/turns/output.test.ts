/** What the agent of a running turn says, as its owner follows it: once each, and without its keys. */
import { beforeEach, describe, expect, test, vi } from "vitest";
import { api } from "../../../convex/_generated/api.js";
import type { Id } from "../../../convex/_generated/dataModel";
import { daytona } from "../support/setup.ts";
import { dump } from "../support/builders.ts";
import { aGeneratingProject, pass } from "../support/turnSteps.ts";
import type { SignedInUser } from "../support/users.ts";

const { output } = api.turns.queries;
const SECRET = "sk-agent-secret";

beforeEach(() => {
  vi.stubEnv("AGENT_COMMAND", "quaver-agent --once");
  vi.stubEnv("AGENT_ENV", JSON.stringify({ MODEL_KEY: SECRET }));
  vi.spyOn(console, "error").mockReturnValue();
});

/** Follows a turn, as a client does: what is new, each piece as in `text: Hello`. */
function follow(user: SignedInUser, turnId: Id<"turns">) {
  let after = 0;
  return async () => {
    const answer = await user.query(output, { turnId, after });
    after = answer?.next ?? after;
    return answer?.parts.map(({ type, text }) => `${type}: ${text}`) ?? [];
  };
}

const textOf = (pieces: string[]) => pieces.map((piece) => piece.replace("text: ", "")).join("");

describe("what a running agent says", () => {
  test("is answered once, lines that have no end yet too", async () => {
    const { t, ada, turnId } = await aGeneratingProject();
    const next = follow(ada, turnId);
    expect(await next()).toEqual([]);
    daytona.agent.output = "I beg";
    await pass(t, 2_000);
    expect(await next()).toEqual(["text: I beg"]);
    expect(await next()).toEqual([]);
    daytona.agent.output += "in\nand go";
    await pass(t, 2_000);
    daytona.agent.output += " on";
    await pass(t, 2_000);
    expect(textOf(await next())).toBe("in\nand go on");
  });

  test("is answered whole to who comes late", async () => {
    const { t, ada, turnId } = await aGeneratingProject();
    for (const piece of ["One ", "two ", "three"]) {
      daytona.agent.output += piece;
      await pass(t, 2_000);
    }
    expect(textOf(await follow(ada, turnId)())).toBe("One two three");
  });

  test("is reasoning on marked lines, which are not answered before they can be told", async () => {
    const { t, ada, turnId } = await aGeneratingProject();
    const next = follow(ada, turnId);
    const pieces = ["::reas", "oning::", " Blo", "cks?\n\n::reasoning:: Yes\n", "  ", "  In"];
    const answers = [];
    for (const piece of pieces) {
      daytona.agent.output += piece;
      await pass(t, 2_000);
      answers.push(await next());
    }
    expect(answers).toEqual([
      [],
      [],
      ["reasoning: Blo"],
      ["reasoning: cks?\nYes\n"],
      [],
      ["text:     In"],
    ]);
  });

  test("is over in the transaction that writes the message", async () => {
    const { t, ada, turnId } = await aGeneratingProject();
    daytona.agent.output = "All of it";
    await pass(t, 2_000);
    daytona.agent.exitCode = 0;
    await pass(t);
    expect(await ada.query(output, { turnId, after: 0 })).toEqual({
      parts: [],
      next: 0,
      isOver: true,
    });
    expect((await dump(t)).messages).toMatchObject([{ content: "All of it" }]);
  });

  test("costs nothing while it says nothing, and changes no row that its owner watches", async () => {
    const { t } = await aGeneratingProject();
    await pass(t, 2_000);
    const quiet = await dump(t);
    await pass(t, 20_000);
    expect(await dump(t)).toEqual(quiet);
    daytona.agent.output = "Here\n";
    await pass(t, 6_000);
    const talking = await dump(t);
    expect(talking.turnOutput).toHaveLength(1);
    const watched = ({ projects, turns, messages }: typeof quiet) => ({
      projects,
      turns,
      messages,
    });
    expect(watched(talking)).toEqual(watched(quiet));
  });

  test("keeps the lease of its turn, however long it takes", async () => {
    const { t, projectId } = await aGeneratingProject();
    for (let minute = 0; minute < 9; minute += 1) {
      await pass(t, 60_000);
      const [lease] = (await dump(t)).leases;
      expect(lease).toMatchObject({ projectId, kind: "turn" });
      expect(lease!.expiresAt - Date.now()).toBeGreaterThan(90_000);
    }
  });
});

describe("the agent's keys, and what is too much", () => {
  test("its keys are masked", async () => {
    const { t, said } = await aGeneratingProject();
    daytona.agent.output = `MODEL_KEY=${SECRET}\n::reasoning:: ${SECRET}\n`;
    daytona.agent.exitCode = 0;
    await pass(t);
    expect(await said()).toEqual([
      { role: "assistant", content: `MODEL_KEY=${"*".repeat(SECRET.length)}\n` },
    ]);
    expect(JSON.stringify(await dump(t))).not.toContain(SECRET);
  });

  test("nor is a key that comes in pieces, with something hidden in it, on a line without end", async () => {
    const { t, project } = await aGeneratingProject();
    const pieces = ["x".repeat(70_000), SECRET.slice(0, 5), `\0${SECRET.slice(5)}`, "y\n"];
    for (const piece of pieces) {
      daytona.agent.output += piece;
      await pass(t, 4_000);
      expect(JSON.stringify(await dump(t))).not.toContain(SECRET.slice(0, 5));
    }
    daytona.agent.exitCode = 0;
    await pass(t);
    expect((await project()).status).toBe("ready");
    const { messages } = await dump(t);
    const covered = "*".repeat(SECRET.length);
    expect(messages.at(-1)?.content).toBe(`${"x".repeat(70_000)}${covered}y\n`);
  });

  test("the end of its standard error reaches its owner, and the log in one line, its keys masked", async () => {
    const { t, turns } = await aGeneratingProject();
    daytona.agent.errors = `Traceback\r\nkey \0${SECRET.slice(0, 4)}\0${SECRET.slice(4)} is wrong\n`;
    daytona.agent.exitCode = 3;
    await pass(t);
    const covered = "*".repeat(SECRET.length);
    expect(await turns()).toMatchObject([
      { status: "failed", failure: { stderr: `Traceback\nkey ${covered} is wrong\n` } },
    ]);
    const lines = vi.mocked(console.error).mock.calls.map(String);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(
      /^Turn 1 of project \S+ failed. The agent ended .* \(exit code 3\)\. /,
    );
    expect(lines[0]).toContain(`"Traceback\\nkey ${covered} is wrong\\n"`);
  });

  test("output without end is cut, with a note, and the turn goes on", async () => {
    const { t, ada, turnId, project } = await aGeneratingProject();
    daytona.agent.output = "é".repeat(500_000);
    await pass(t, 4_000);
    const shown = textOf(await follow(ada, turnId)());
    expect(shown).toHaveLength(100_000);
    expect(shown).toContain("left out");
    expect((await project()).status).toBe("generating");
    daytona.agent.exitCode = 0;
    await pass(t);
    expect((await project()).status).toBe("ready");
    expect((await dump(t)).messages).toMatchObject([{ content: shown }]);
  });

  test("a lot of output is taken in several polls, and none of it is lost", async () => {
    const { t, said } = await aGeneratingProject();
    const lines = Array.from({ length: 9_000 }, (_, i) => `Line ${String(i)}\n`).join("");
    daytona.agent.output = lines;
    daytona.agent.exitCode = 0;
    await pass(t);
    expect(lines.length).toBeGreaterThan(64 * 1024);
    expect(await said()).toEqual([{ role: "assistant", content: lines }]);
  });
});
