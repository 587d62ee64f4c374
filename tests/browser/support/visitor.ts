/** A person at a window of the browser: what they do and see, in the app's own words. */
import type { BrowserContext, Locator, Page } from "playwright-core";
import { expect } from "vitest";
import { text } from "../../../example/src/text.ts";

const HOME = /\/$/;
const PROJECT = /\/projects\/[^/]+$/;

/** One window of one browser. */
export class Visitor {
  /** Errors that no code of the page caught. */
  readonly crashes: string[] = [];
  #email = "";

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    readonly home: string,
  ) {
    page.on("pageerror", (error) => this.crashes.push(String(error)));
  }

  /** Opens a window on the app. */
  static async open(context: BrowserContext, home: string): Promise<Visitor> {
    const visitor = new Visitor(context, await context.newPage(), home);
    await visitor.page.goto(home);
    return visitor;
  }

  /** Another tab of the same browser, where the same person signs in: the emulator asks in each tab. */
  async anotherTab(path = "/"): Promise<Visitor> {
    const tab = new Visitor(this.context, await this.context.newPage(), this.home);
    await tab.page.goto(this.home + path);
    await tab.page.getByRole("button", { name: this.#email }).click();
    await tab.page.getByRole("button", { name: text.shell.accountMenu }).waitFor();
    return tab;
  }

  /** Signs up as someone new; lands on their empty list of projects. */
  async signUp(firstName: string, email = `${crypto.randomUUID()}@example.com`): Promise<void> {
    const { page } = this;
    this.#email = email;
    await page.getByLabel(text.emulator.firstName).fill(firstName);
    await page.getByLabel(text.emulator.email).fill(this.#email);
    await page.getByRole("button", { name: text.emulator.signUp }).click();
    await page.getByText(text.projects.empty).waitFor();
  }

  /** The Clerk id of the signed-in user. */
  async personId(): Promise<string> {
    const id = await this.page.evaluate(() => sessionStorage.getItem("quaver:person"));
    if (id === null) throw new Error("No user is signed in.");
    return id;
  }

  /** Asks for something to be built, and ends on the project's page. */
  async build(prompt: string): Promise<void> {
    await this.ask(prompt);
    await this.page.waitForURL(PROJECT);
    await this.title.waitFor();
  }

  /** Types what is wanted, and presses the button; waits for nothing. */
  async ask(prompt: string): Promise<void> {
    await this.whatToBuild.fill(prompt);
    await this.press(text.projects.create);
  }

  /** Types a further prompt on a project's page. */
  async say(prompt: string): Promise<void> {
    await this.promptBox.fill(prompt);
    await this.press(text.composer.send);
  }

  /** Pauses the open project, resumes it, or puts it into the archive. */
  async pause(): Promise<void> {
    await this.choose(text.project.menu, text.project.actions.stop);
  }
  async resume(): Promise<void> {
    await this.press(text.project.actions.start);
  }
  async archive(): Promise<void> {
    await this.choose(text.project.menu, text.project.actions.archive);
  }

  /** Gives the open project another name. */
  async rename(name: string): Promise<void> {
    await this.choose(text.project.menu, text.common.rename);
    await this.page.getByRole("textbox", { name: text.projects.name }).fill(name);
    await this.page.keyboard.press("Enter");
  }

  /** Deletes the open project, and dismisses the offer to undo that. */
  async remove(): Promise<void> {
    await this.choose(text.project.menu, text.common.delete);
    await this.press(text.common.dismiss);
  }

  /** Presses a button of the dialog that is open. */
  async confirm(name: string): Promise<void> {
    await this.dialog.getByRole("button", { name, exact: true }).click();
  }

  /** Chooses an item of a menu. */
  async choose(menu: string, item: string): Promise<void> {
    await this.press(menu);
    await this.page.getByRole("menuitem", { name: item, exact: true }).click();
  }

  /** Signs out. */
  async signOut(): Promise<void> {
    await this.choose(text.shell.accountMenu, text.common.signOut);
  }

  /** Presses a button. */
  async press(name: string | RegExp): Promise<void> {
    await this.page.getByRole("button", { name, exact: typeof name === "string" }).click();
  }

  /** Shows another view of the open project. */
  async tab(tab: keyof typeof text.project.tabs): Promise<void> {
    await this.page.getByRole("tab", { name: text.project.tabs[tab] }).click();
  }

  /** Goes to a page by the header. */
  async goTo(page: "projects" | "account"): Promise<void> {
    if (page === "projects") await this.page.getByRole("link", { name: text.shell.home }).click();
    else await this.choose(text.shell.accountMenu, text.shell.account);
  }

  /** Waits until this stands somewhere on the page. */
  async sees(words: string | RegExp): Promise<void> {
    await this.page.getByText(words).first().waitFor();
  }

  /** Waits until this stands nowhere on the page. */
  async seesNoMore(words: string | RegExp): Promise<void> {
    await expect
      .poll(() => this.page.getByText(words).count(), { timeout: 45_000, interval: 50 })
      .toBe(0);
  }

  /** Waits until the open project has a status. */
  async seesStatus(status: keyof typeof text.project.status): Promise<void> {
    const word = text.project.status[status];
    await this.page.locator("header").getByText(word, { exact: true }).waitFor();
  }

  /** Where one writes what is to be built. */
  get whatToBuild(): Locator {
    return this.page.getByRole("textbox", { name: text.projects.prompt });
  }

  /** Where one writes a further prompt, on a project's page. */
  get promptBox(): Locator {
    return this.page.getByRole("textbox", { name: text.composer.prompt });
  }

  /** The page's own heading. */
  get title(): Locator {
    return this.page.locator("h1");
  }

  /** The open project's conversation. */
  get messages(): Locator {
    return this.page.getByRole("log", { name: text.conversation.messages });
  }

  /** A prompt in the open project's conversation. */
  said(prompt: string): Locator {
    return this.messages.getByText(`${text.conversation.you} ${prompt}`, { exact: true });
  }

  /** The projects in the list. */
  get projects(): Locator {
    return this.page.locator('a[href^="/projects/"]');
  }

  /** What a dialog says, while there is one. */
  get dialog(): Locator {
    return this.page.getByRole("dialog");
  }

  /** What runs in the open project's sandbox, as the frame shows it. */
  get preview() {
    return this.page.frameLocator(`iframe[title="${text.preview.title}"]`);
  }

  /** The address within the app. */
  get path(): string {
    return new URL(this.page.url()).pathname;
  }

  /** Waits until the list of projects is there. */
  async isHome(): Promise<void> {
    await this.page.waitForURL(HOME);
    await this.page.getByRole("heading", { name: text.projects.list }).waitFor();
  }

  async close(): Promise<void> {
    await this.context.close();
  }
}
