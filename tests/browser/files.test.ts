/** What the agent made, as a person sees it: the files, what a turn changed, the way back, and the download. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tempFolder } from "../support/temp.ts";
import { describeInBrowser, useFixture } from "./support/fixture.ts";
import type { Visitor } from "./support/visitor.ts";

/** A busy machine takes its time. */
const PATIENT = { timeout: 45_000 };

describeInBrowser("what the agent made", () => {
  const fixture = useFixture();

  const files = ({ page }: Visitor) => page.getByRole("region", { name: "Files" });
  const steps = ({ messages }: Visitor) => messages.getByRole("list", { name: "Steps" });

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
    await ada.seesStatus("Ready");
    await ada.press(/^\d+ steps?, /);
    await expect.poll(() => steps(ada).getByRole("listitem").count(), PATIENT).toBeGreaterThan(0);

    await ada.tab("Files");
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
    await ada.press("Changes of turn 2");
    const changed = ada.dialog.getByRole("group", { name: "Changes in style.css" });
    const line = second.split("\n").find((each) => !first.includes(each))!;
    await changed.getByText(`+${line}`).first().waitFor();
    await ada.press("Close");

    await goBackTo(ada, 1);
    await reads(ada, first);
    await goBackTo(ada, 2);
    await reads(ada, second);
    await ada.page.reload();
    await ada.sees("Back to turn 2");

    const downloading = ada.page.waitForEvent("download");
    await ada.press("Download");
    const archive = join(tempFolder(), "app.tar.gz");
    await (await downloading).saveAs(archive);
    expect(unpacked(archive, "style.css")).toBe(second);
  });

  async function goBackTo(visitor: Visitor, turn: number): Promise<void> {
    await visitor.press(`Restore turn ${turn}`);
    await visitor.dialog.getByText("Nothing is lost").waitFor();
    await visitor.dialog.getByRole("button", { name: "Restore" }).click();
    await visitor.sees(`Back to turn ${turn}`);
    await visitor.seesStatus("Ready");
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
    await ada.seesStatus("Ready");
    await ada.tab("Files");
    await files(ada).getByRole("button", { name: "assets" }).click();
    await files(ada).getByRole("button", { name: "icons" }).click();
    for (const [name, words] of [
      ["app.ico", "This file is not text"],
      ["long.txt", "This file is too large to show"],
      ["empty.txt", "This file is empty"],
    ] as const) {
      await openFile(ada, name);
      await ada.sees(words);
      await ada.press("All files");
    }
    await openFile(ada, "two");
    await reads(ada, "odd\n");
    await ada.press("All files");

    await openFile(ada, "gone.txt");
    await reads(ada, "soon\n");
    await fixture.useAgent('rm "$HOME/app/gone.txt"; echo Gone.');
    await ada.tab("Conversation");
    await ada.say("Take one away.");
    await ada.tab("Files");
    await ada.sees("This file is gone");

    await ada.press("Stop");
    await ada.sees("Start the project to see its files.");
    expect(await ada.page.getByRole("button", { name: "Download" }).count()).toBe(0);
  });
});
