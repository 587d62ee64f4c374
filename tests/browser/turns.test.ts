/** Turns, as a person sees them: an answer while it grows, a turn that fails, one that is stopped, and prompts that wait. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { text } from "../../example/src/text.ts";
import { tempFolder } from "../support/temp.ts";
import { describeInBrowser, useFixture } from "./support/fixture.ts";
import { inOrder } from "./support/sentences.ts";
import type { Visitor } from "./support/visitor.ts";

const { you, stopped } = text.conversation;

/** Answers, and works on until it is stopped. */
const BUSY_AGENT = 'echo "On it: $QUAVER_PROMPT"; sleep 600';

/** A busy machine takes its time. */
const PATIENT = { timeout: 45_000 };

/** What the page showed at some moment: of each answer, its parts. */
type Shown = string[][];

describeInBrowser("an answer", () => {
  const fixture = useFixture();

  test("grows in two tabs, one of which came late, and becomes the message without a gap", async () => {
    const asked = tempFolder();
    const words = ["four", "five", "six", "seven"];
    await fixture.useAgent(
      [
        "echo '::reasoning:: First a thought.'; printf 'one two three'",
        `for word in ${words.join(" ")}`,
        `do until [ -e "${asked}/$word" ]; do sleep 0.1; done; printf ' %s' $word; done`,
      ].join("; "),
    );
    const ada = await fixture.open();
    await ada.signUp("Ada");
    await ada.build("Count to seven.");
    await recordAnswers(ada);
    await ada.sees(/one two three$/);
    await ada.messages.getByText(text.conversation.thought, { exact: true }).click();

    const late = await ada.anotherTab(ada.path);
    await recordAnswers(late);
    await late.sees(/one two three$/);
    for (const [index, word] of words.entries()) {
      const said = ["one two three", ...words.slice(0, index + 1)].join(" ");
      writeFileSync(join(asked, word), "");
      for (const tab of [ada, late]) await tab.sees(new RegExp(`${said}$`));
    }
    for (const tab of [ada, late]) {
      await tab.seesStatus("ready");
      const shown = await recorded(tab);
      expect(shown.at(-1)).toEqual([["First a thought.", "one two three four five six seven"]]);
      const grown = new Set(shown.flat(2).filter((text) => text.startsWith("one")));
      expect(grown.size, "times that it was seen to have grown").toBeGreaterThan(words.length);
      expectNoGap(shown);
    }
    // What was unfolded stays so.
    expect(await ada.messages.getByText("First a thought.").isVisible()).toBe(true);
  });

  /** Has the page note what it shows of answers, whenever that changes. */
  async function recordAnswers({ page }: Visitor): Promise<void> {
    await page.evaluate((agent) => {
      const shown: Shown[] = [];
      const note = () => {
        const answers = [...document.querySelectorAll("[role=log] span")]
          .filter(({ textContent }) => textContent.trim() === agent)
          .map(({ parentElement }) => [...(parentElement?.querySelectorAll("p") ?? [])]);
        shown.push(answers.map((parts) => parts.map(({ textContent }) => textContent.trim())));
      };
      const all = { subtree: true, childList: true, characterData: true };
      new MutationObserver(note).observe(document.body, all);
      Object.assign(window, { shown });
    }, text.conversation.agent);
  }

  function recorded({ page }: Visitor): Promise<Shown[]> {
    // Put there by `recordAnswers`.
    return page.evaluate(() => (window as unknown as { shown: Shown[] }).shown);
  }

  /** From when there was an answer on, there was exactly one, and it never lost a word. */
  function expectNoGap(shown: Shown[]): void {
    const first = shown.findIndex((answers) => answers.length > 0);
    let before: string[] = [];
    for (const answers of shown.slice(first)) {
      expect(answers, "answers at a time").toHaveLength(1);
      const [parts = []] = answers;
      before.forEach((text, index) => expect(parts[index]).toMatch(new RegExp(`^${text}`)));
      before = parts;
    }
  }
});

describeInBrowser("a turn that fails", () => {
  const fixture = useFixture();

  test("says why, in every tab and after a reload; its prompt can be tried again", async () => {
    const ada = await fixture.open();
    await ada.signUp("Ada");
    await ada.build("Make a sundial.");
    await ada.seesStatus("ready");
    await ada.preview.getByRole("heading", { name: "Sundial" }).waitFor();
    await fixture.useAgent('echo "Half of it."; echo "no such model" >&2; exit 3');
    await ada.say("Now in violet.");
    await ada.sees("The agent ended with an error (exit code 3).");
    await ada.seesStatus("ready");
    // What it had made before is still there.
    await ada.preview.getByRole("heading", { name: "Sundial" }).waitFor();

    const tab = await ada.anotherTab(ada.path);
    await ada.page.reload();
    for (const each of [ada, tab]) {
      const log = each.messages.getByText("no such model");
      await each.sees("The agent ended with an error (exit code 3).");
      await each.sees("Half of it.");
      expect(await log.isVisible()).toBe(false);
      await each.sees(text.conversation.agentLog);
      await each.messages.getByText(text.conversation.agentLog).click();
      await log.waitFor();
    }

    await fixture.slowAgent();
    await tab.press(text.common.tryAgain);
    for (const each of [ada, tab]) {
      await each.preview.locator('[data-colour="violet"]').waitFor();
      await each.seesStatus("ready");
      expect(await each.said("Now in violet.").count()).toBe(1);
      expect(await each.page.getByRole("button", { name: text.common.tryAgain }).count()).toBe(0);
    }
  });

  test("that can't be helped by trying again says so, and the project goes on", async () => {
    await fixture.useAgent("no-such-agent");
    const ada = await fixture.open();
    await ada.signUp("Ada");
    await ada.build("Make a sundial.");
    await ada.sees(/its command was not found \(exit code 127\)\./);
    await ada.sees(text.errors.retryWontHelp);
    await ada.seesStatus("ready");
    await fixture.useAgent('echo "Here I am."');
    await ada.say("And now?");
    await ada.sees("Here I am.");
  });
});

describeInBrowser("a turn that is stopped", () => {
  const fixture = useFixture();

  test("says so in every tab and after a reload; what was said stays, and it can be tried again", async () => {
    await fixture.useAgent(BUSY_AGENT);
    const ada = await fixture.open();
    await ada.signUp("Ada");
    await ada.build("Make a sundial.");
    await ada.sees("On it: Make a sundial.");
    const tab = await ada.anotherTab(ada.path);
    await tab.sees("On it: Make a sundial.");
    await ada.press(text.composer.stop);
    await Promise.all([ada.sees(stopped), tab.sees(stopped)]);
    await ada.page.reload();
    await ada.sees(stopped);
    await ada.sees("On it: Make a sundial.");

    await fixture.slowAgent();
    await ada.press(text.common.tryAgain);
    await tab.sees("Have a look at the preview.");
    await tab.seesStatus("ready");
    await tab.sees(stopped);
    expect(await tab.page.getByRole("button", { name: text.common.tryAgain }).count()).toBe(0);
  });
});

describeInBrowser("prompts that wait", () => {
  const fixture = useFixture();

  const queue = ({ page }: Visitor) => page.getByRole("list", { name: text.conversation.queue });

  /** Waits until these are the prompts that wait, in this order. */
  async function seesWaiting(visitor: Visitor, prompts: string[]): Promise<void> {
    const shown = queue(visitor).getByText(you).locator("..");
    const expected = prompts.map((prompt) => `${you} ${prompt}`);
    await expect.poll(() => shown.allTextContents(), PATIENT).toEqual(expected);
  }

  async function withdraw(visitor: Visitor, prompt: string): Promise<void> {
    const item = queue(visitor).getByRole("listitem").filter({ hasText: prompt });
    await item.getByRole("button", { name: text.conversation.removeFromQueue }).click();
  }

  test("keep their order, survive a reload, can be taken back, and begin one after the other", async () => {
    await fixture.useAgent(BUSY_AGENT);
    const ada = await fixture.open();
    await ada.signUp("Ada");
    await ada.build("Make a sundial.");
    await ada.sees("On it: Make a sundial.");
    const box = ada.promptBox;
    await box.fill("A red one.");
    await ada.sees(text.composer.hint.generating);
    await ada.press(text.composer.send);
    await seesWaiting(ada, ["A red one."]);
    await ada.say("A blue one.");
    await ada.say("A green one.");
    const all = ["A red one.", "A blue one.", "A green one."];
    await seesWaiting(ada, all);
    await ada.say("A pink one.");
    await seesWaiting(ada, [...all, "A pink one."]);
    await withdraw(ada, "A pink one.");
    await expect.poll(() => box.inputValue(), PATIENT).toBe("A pink one.");
    expect(await ada.messages.getByText("A pink one.").count()).toBe(0);
    await box.fill("");
    await ada.page.reload();
    await seesWaiting(ada, all);

    // The last word is that of the one that runs; then come those that wait.
    await ada.sees("On it: Make a sundial.");
    expect(await ada.messages.textContent()).toMatch(
      inOrder("On it: Make a sundial.", `${you} A red one.`),
    );

    // Taken back in one tab, it is gone in the other; its text is in its box again.
    const tab = await ada.anotherTab(ada.path);
    await seesWaiting(tab, all);
    await withdraw(ada, "A blue one.");
    await seesWaiting(tab, ["A red one.", "A green one."]);
    await expect.poll(() => box.inputValue(), PATIENT).toBe("A blue one.");
    // What is being typed is not overwritten.
    await withdraw(ada, "A green one.");
    await Promise.all([seesWaiting(ada, ["A red one."]), seesWaiting(tab, ["A red one."])]);
    expect(await box.inputValue()).toBe("A blue one.");

    await tab.press(text.composer.stop);
    await ada.sees("On it: A red one.");
    await seesWaiting(ada, []);
    const begun = await ada.messages.textContent();
    expect(begun).toMatch(
      inOrder("On it: Make a", stopped, `${you} A red one.`, "On it: A red one."),
    );
    expect(begun).not.toMatch(/A blue one|A green one/);
  });

  test("that are gone, or begun, by the time they are taken back are no error", async () => {
    await fixture.useAgent(BUSY_AGENT);
    const ada = await fixture.open();
    await ada.signUp("Ada");
    await ada.build("Make a sundial.");
    await ada.sees("On it: Make a sundial.");
    await ada.say("A red one.");
    await ada.say("A blue one.");
    const socket = await holdableSocket(ada);
    const late = await ada.anotherTab(ada.path);
    await seesWaiting(late, ["A red one.", "A blue one."]);

    socket.hold();
    await withdraw(ada, "A red one.");
    await seesWaiting(ada, ["A blue one."]);
    await withdraw(late, "A red one.");
    socket.release();
    await seesWaiting(late, ["A blue one."]);

    socket.hold();
    await ada.press(text.composer.stop);
    await ada.sees("On it: A blue one.");
    await withdraw(late, "A blue one.");
    await expect.poll(() => ada.messages.getByText(stopped).count(), PATIENT).toBe(2);
    socket.release();
    await expect.poll(() => late.messages.getByText(stopped).count(), PATIENT).toBe(2);
    expect(await late.page.getByRole("alert").count()).toBe(0);
  });

  /** Lets what the deployment sends to the tabs that are opened from now on be held back. */
  async function holdableSocket({ context }: Visitor) {
    let held: (() => void)[] | null = null;
    await context.routeWebSocket(/\/sync$/, (page) => {
      const server = page.connectToServer();
      server.onMessage((message) => {
        if (held) held.push(() => page.send(message));
        else page.send(message);
      });
    });
    return {
      hold: () => void (held = []),
      release: () => {
        for (const send of held ?? []) send();
        held = null;
      },
    };
  }
});
