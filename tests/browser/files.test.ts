/** What the agent made, as a person sees it: the files, what a turn changed, the way back, and the download. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { text } from "../../example/src/text.ts";
import { tempFolder } from "../support/temp.ts";
import { describeInBrowser, useFixture } from "./support/fixture.ts";
import { withAnyValues } from "./support/sentences.ts";
import type { Visitor } from "./support/visitor.ts";

/** A busy machine takes its time. */
const PATIENT = { timeout: 45_000 };

describeInBrowser("what the agent made", () => {
  const fixture = useFixture();

  const files = ({ page }: Visitor) => page.getByRole("region", { name: text.project.tabs.files });
  const steps = ({ messages }: Visitor) =>
    messages.getByRole("list", { name: text.conversation.steps });

  async function openFile(visitor: Visitor, name: string): Promise<void> {
    await files(visitor)
      .getByRole("button", { name: new RegExp(`^${name}`) })
      .click();
    await files(visitor).getByRole("heading", { name }).waitFor();
  }

  const code = (visitor: Visitor) => files(visitor).locator("code");

  /** Waits until the open file has this text. */
  async function reads(visitor: Visitor, text: string): Promise<void> {
    await expect.poll(() => code(visitor).allTextContents(), PATIENT).toEqual([text]);
  }

  test("can be read, compared, brought back and brought back again, and downloaded", async () => {
    const ada = await fixture.open();
    await ada.signUp("Ada");
    await ada.build("Make a to-do list.");
    await ada.seesStatus("ready");
    await ada.press(withAnyValues(text.conversation.stepsTaken));
    await expect.poll(() => steps(ada).getByRole("listitem").count(), PATIENT).toBeGreaterThan(0);

    await ada.tab("files");
    await openFile(ada, "index.html");
    await code(ada)
      .getByText(/<!doctype html>/i)
      .waitFor();
    await openFile(ada, "style.css");
    const first = (await code(ada).textContent())!;

    // The file that is open is read again when a turn has changed it.
    await ada.say("Now in orange.");
    await expect.poll(() => code(ada).textContent(), PATIENT).not.toBe(first);
    const second = (await code(ada).textContent())!;
    await ada.press(text.versions.changesIn(2));
    const changed = ada.dialog.getByRole("group", {
      name: text.versions.changesInFile("style.css"),
    });
    const line = second.split("\n").find((each) => !first.includes(each))!;
    await changed.getByText(`+${line}`).first().waitFor();
    await ada.press(text.common.close);

    await goBackTo(ada, 1);
    await reads(ada, first);
    await goBackTo(ada, 2);
    await reads(ada, second);
    await ada.page.reload();
    await ada.sees(text.versions.restored(2));

    const downloading = ada.page.waitForEvent("download");
    await ada.choose(text.project.menu, text.project.download);
    const archive = join(tempFolder(), "app.tar.gz");
    await (await downloading).saveAs(archive);
    expect(unpacked(archive, "style.css")).toBe(second);
  });

  async function goBackTo(visitor: Visitor, turn: number): Promise<void> {
    await visitor.press(text.versions.restoreVersion(turn));
    await visitor.dialog.getByText(text.versions.restoreUndo).waitFor();
    await visitor.confirm(text.versions.restore);
    await visitor.sees(text.versions.restored(turn));
    await visitor.seesStatus("ready");
  }

  /** A file of an archive, wherever in it the app's folder is. */
  function unpacked(archive: string, name: string): string {
    const folder = tempFolder();
    execFileSync("tar", ["-xzf", archive, "-C", folder]);
    const paths = execFileSync("tar", ["-tzf", archive], { encoding: "utf8" }).split("\n");
    expect(paths.filter((path) => /(^|\/)(node_modules|\.git)\//.test(path))).toEqual([]);
    return readFileSync(
      join(
        folder,
        paths.find((path) => path.endsWith(name))!,
      ),
      "utf8",
    );
  }

  test("is named for what it is where it is not text, and where it is gone", async () => {
    await fixture.useAgent(
      [
        'mkdir -p "$HOME/app/assets/icons" && cd "$HOME/app"',
        "printf 'a\\000b' > assets/icons/app.ico",
        "head -c 2000000 /dev/zero | tr '\\000' x > assets/long.txt",
        "echo soon > gone.txt; : > empty.txt; echo odd > \"$(printf 'two\\nlines')\"",
        'echo "::step:: {\\"title\\":\\"Made files\\",\\"status\\":\\"done\\"}"; echo Made.',
      ].join("; "),
    );
    const ada = await fixture.open({ viewport: { width: 390, height: 844 } });
    await ada.signUp("Ada");
    await ada.build("Make some files.");
    await ada.sees("Made.");
    await ada.seesStatus("ready");
    await ada.tab("files");
    await files(ada).getByRole("button", { name: "assets" }).click();
    await files(ada).getByRole("button", { name: "icons" }).click();
    for (const [name, words] of [
      ["app.ico", text.files.binary],
      ["long.txt", text.files.tooLarge],
      ["empty.txt", text.files.empty],
    ] as const) {
      await openFile(ada, name);
      await ada.sees(words);
      await ada.press(text.files.all);
    }
    await openFile(ada, "two");
    await reads(ada, "odd\n");
    await ada.press(text.files.all);

    await openFile(ada, "gone.txt");
    await reads(ada, "soon\n");
    await fixture.useAgent('rm "$HOME/app/gone.txt"; echo Gone.');
    await ada.tab("conversation");
    await ada.say("Take one away.");
    await ada.tab("files");
    await ada.sees(text.files.gone);

    await ada.pause();
    await ada.sees(text.files.resumeAdvice);
    expect(await ada.page.getByRole("button", { name: text.project.download }).count()).toBe(0);
  });
});
