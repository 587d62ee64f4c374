/** The apps of the recipes really work: each is used as a person would, and looked at, light and dark. */
import { planFor } from "@quaver/emulators/recipes";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, inject, test } from "vitest";
import { describeInBrowser } from "./support/fixture.ts";
import { axeFinds, fits, takePicture, TAKES_PICTURES } from "./support/looks.ts";

const ORIGIN = "http://app.test";
const TYPES = { html: "text/html; charset=utf-8", css: "text/css", js: "text/javascript" };

describeInBrowser("the recipe of", () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const crashes: string[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: inject("chromium")!,
      chromiumSandbox: false, // as in fixture.ts
    });
  });
  afterEach(async () => {
    await context.close();
    expect(crashes.splice(0), "errors and warnings of the page").toEqual([]);
  });
  afterAll(() => browser.close());

  /** Opens what the prompts make, as a server would serve it. */
  async function open(...prompts: string[]): Promise<void> {
    context = await browser.newContext({ reducedMotion: "reduce", colorScheme: "light" });
    context.setDefaultTimeout(10_000);
    page = await context.newPage();
    page.on("pageerror", (error) => crashes.push(String(error)));
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) crashes.push(message.text());
    });
    await change(...prompts);
  }

  /** What further prompts make of it, in the same browser. */
  async function change(...prompts: string[]): Promise<void> {
    const { files } = planFor(prompts);
    await context.unrouteAll();
    await context.route(`${ORIGIN}/**`, (route) => {
      const name = new URL(route.request().url()).pathname.slice(1) || "index.html";
      const body = files.find(({ path }) => path === name)?.content;
      const ending = name.split(".").at(-1) as keyof typeof TYPES;
      return route.fulfill(
        body === undefined ? { status: 404 } : { body, contentType: TYPES[ending] },
      );
    });
    await page.goto(ORIGIN);
  }

  /** On a phone and on a desk, light and dark: nothing is cut off, and axe finds nothing serious. */
  async function look(name: string): Promise<void> {
    for (const width of [360, 390, 1280, 1600]) {
      await page.setViewportSize({ width, height: 844 });
      await fits(page, `${name} at ${width}`);
      if (width !== 390 && width !== 1280) continue;
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        if (TAKES_PICTURES) await takePicture(page, `recipe-${name}-${width}-${colorScheme}`);
        if (width === 390) expect(await axeFinds(page), `${name}, ${colorScheme}`).toEqual([]);
      }
    }
    await page.emulateMedia({ colorScheme: "light" });
  }

  const button = (name: string | RegExp) =>
    page.getByRole("button", { name, exact: typeof name === "string" });
  const press = (name: string | RegExp) => button(name).click();
  const sees = (text: string | RegExp) => page.getByText(text).first().waitFor();

  test("a to-do list: add, tick, filter, delete, take back, and all of it is kept", async () => {
    await open("Make a to-do list for Ada's bakery");
    const items = page.getByRole("listitem");
    await page.getByLabel("What is to be done").fill("Feed the <b>sourdough</b>");
    await page.keyboard.press("Enter");
    await sees("1 of 4 done");
    await page.getByLabel("Feed the <b>sourdough</b>", { exact: true }).check();
    await sees("2 of 4 done");
    await press("Open");
    expect(await items.count()).toBe(2);
    await press("Done");
    expect(await items.count()).toBe(2);
    await press("Delete Plan the week");
    await press("Undo");
    expect(await items.count()).toBe(2);
    await press("Clear done");
    await sees("Nothing is done yet.");
    await page.reload();
    await sees("0 of 2 done");
    await look("todo");
  });

  test("a pomodoro timer: it counts, pauses, goes on to the break, and counts sessions", async () => {
    await open("Build me a pomodoro timer with 20 minutes");
    await page.clock.install({ time: new Date("2026-05-04T09:00:00") });
    await page.reload();
    const time = page.getByRole("timer");
    expect(await time.textContent()).toBe("20:00");
    await press("Start");
    await page.clock.runFor(300_500);
    expect(await time.textContent()).toBe("15:00");
    await press("Pause");
    await page.clock.runFor("01:00");
    expect(await time.textContent()).toBe("15:00");
    await page.reload();
    expect(await time.textContent()).toBe("15:00");
    await press("Go on");
    await page.clock.fastForward("15:01");
    await sees("Time for a break");
    await sees("1 session today");
    expect(await time.textContent()).toBe("05:00");
    await press("Skip");
    await page.getByText("Lengths").click();
    await page.getByLabel("Focus, minutes").fill("50");
    await page.keyboard.press("Tab");
    expect(await time.textContent()).toBe("50:00");
    await look("pomodoro");
  });

  test("a poll: votes become bars, by keyboard, and the last one can be taken back", async () => {
    await open("Poll: which day suits you? Monday, Tuesday or Friday");
    await page.getByLabel("Tuesday").focus();
    await page.keyboard.press("Space");
    await page.keyboard.press("Enter");
    await sees("1 vote · 100 %");
    await press("Next person");
    await page.getByLabel("Another option").fill("Sunday");
    await press("Add");
    await press("Vote");
    const bars = page.getByRole("listitem");
    expect(await bars.filter({ hasText: "Sunday" }).textContent()).toContain("1 vote · 50 %");
    await look("poll");
    await press("Take the last vote back");
    await sees("1 vote so far");
    await page.reload();
    await sees("1 vote so far");
    await page.getByLabel("Sunday").waitFor();
  });

  test("a choir's concerts: sign up, withdraw, see who is missing, and add a date", async () => {
    await open("A page for my choir, with the dates of our concerts and a way to sign up");
    const requiem = page
      .getByRole("listitem")
      .filter({ has: page.getByRole("heading", { name: "Requiem" }) });
    await requiem.getByLabel("Name").fill("Nadia");
    await requiem.getByLabel("Voice", { exact: true }).selectOption("Alto");
    await requiem.getByRole("button", { name: "Sign up" }).click();
    await sees(/Town hall · 1 singer$/);
    await page.reload();
    await sees("Nadia, alto");
    await press("Withdraw Nadia");
    await sees(/Town hall · 0 singers/);
    await page.getByText("Add a concert").click();
    await page.getByLabel("Title").fill("Carols");
    await page.getByLabel("Day").fill("2099-12-20");
    await page.getByLabel("Place").fill("Market square");
    await press("Add the concert");
    await page.getByRole("heading", { name: "Carols" }).waitFor();
    await look("concerts");
  });

  test("an invoice: lines are added up with tax, and printed without the buttons", async () => {
    await open("An invoice for my photography studio, in dollars with 7 % tax");
    await sees("$1,294.70");
    await press("Add a line");
    await page.getByLabel("Description of line 3").fill("Travel");
    await page.getByLabel("Quantity of line 3").fill("3");
    await page.getByLabel("Price of line 3").fill("0.115");
    await sees("$0.35");
    await sees("$1,210.35");
    await page.getByLabel("Tax").fill("0");
    await press("Delete line 1");
    expect(await page.locator("#total").textContent()).toBe("$250.35");
    await page.reload();
    expect(await page.locator("#total").textContent()).toBe("$250.35");
    await look("invoice");
    await page.emulateMedia({ media: "print" });
    expect(await page.getByRole("button").count()).toBe(0);
    await page.emulateMedia({ media: "screen" });
    await press("New invoice");
    expect(await page.getByLabel("Number").inputValue()).toMatch(/-002$/);
  });

  test("a landing page: its form says what is wrong, and thanks", async () => {
    await open("A landing page for Ada's bakery");
    await page.getByRole("link", { name: "Questions" }).click();
    await page.getByText("What does it cost?").click();
    await sees("Saying hello costs nothing.");
    await press("Keep me posted");
    await sees("Please enter your e-mail address.");
    await page.getByLabel("Name").fill("Clara");
    await page.getByLabel("E-mail").fill("clara@");
    await page.keyboard.press("Enter");
    await sees("That is no e-mail address yet.");
    await page.getByLabel("E-mail").fill("clara@example.com");
    await page.keyboard.press("Enter");
    await sees("Thank you, Clara!");
    await page.reload();
    await sees("One person is on the list.");
    await look("landing");
  });

  test("a board, for anything else: write, pin, find, delete", async () => {
    await open("Draw a sundial.", "with a moon phase display");
    await page.getByLabel("A new note").fill("Roman <i>numerals</i>");
    await page.getByLabel("Pink").check({ force: true });
    await page.getByLabel("A new note").press("Control+Enter");
    const notes = page.getByRole("list", { name: "Notes" }).getByRole("listitem");
    expect(await notes.count()).toBe(4);
    await press(/^Pin: Roman/);
    expect(await notes.first().textContent()).toContain("Roman <i>numerals</i>");
    await page.getByLabel("Find in the notes").fill("roman");
    expect(await notes.count()).toBe(1);
    await press(/^Delete: Roman/);
    await sees("No note has these words.");
    await page.getByLabel("Find in the notes").fill("");
    await sees("with a moon phase display");
    await look("board");
  });

  test("changes: what people have entered outlives them, and a reset asks first", async () => {
    const prompts = [
      "Make a to-do list",
      "in yellow, dark and rounder",
      "make everything bigger",
      "add a reset button",
    ];
    await open(prompts[0]!);
    await page.getByLabel("What is to be done").fill("Keep me");
    await press("Add");
    await change(...prompts);
    await sees("Keep me");
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await ground();
    await page.setViewportSize({ width: 360, height: 640 });
    await fits(page, "in bigger letters");
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await ground()).toBe(dark);
    await press("Reset");
    await sees("Keep me");
    await press("Really clear everything?");
    await sees("1 of 3 done");
    await change(...prompts, "undo that");
    expect(await button("Reset").count()).toBe(0);
  });

  test("every colour: its texts can be read, light and dark", async () => {
    await open("Make a to-do list");
    for (const colour of COLOURS) {
      const { files } = planFor(["Make a to-do list", `in ${colour}`]);
      const style = files.find(({ path }) => path === "style.css")!.content;
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        const ratios = await page.evaluate(contrasts, { style, pairs: PAIRS });
        expect(
          Math.min(...ratios),
          `${colour}, ${colorScheme}: ${ratios.join(" ")}`,
        ).toBeGreaterThan(4.5);
      }
    }
  });
});

const COLOURS =
  "red orange amber yellow lime green teal turquoise blue navy indigo violet magenta pink brown grey black".split(
    " ",
  );

/** Which colours stand on which. */
const PAIRS = [
  ["ink", "ground"],
  ["muted", "ground"],
  ["muted", "surface"],
  ["on-accent", "accent"],
  ["accent-ink", "ground"],
  ["accent-ink", "accent-soft"],
  ["ink", "accent-soft"],
] as const;

/** In the page: the contrast of each pair of custom properties (WCAG 2, 1.4.3). */
function contrasts({ style, pairs }: { style: string; pairs: typeof PAIRS }): number[] {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  document.adoptedStyleSheets = [sheet];
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true })!;
  const luminance = (name: string) => {
    document.body.style.color = `var(--${name})`;
    canvas.fillStyle = getComputedStyle(document.body).color;
    canvas.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = [...canvas.getImageData(0, 0, 1, 1).data].map((byte) => {
      const part = byte / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  return pairs.map(([text, ground]) => {
    const [dark = 0, light = 0] = [luminance(text), luminance(ground)].sort((a, b) => a - b);
    return Number(((light + 0.05) / (dark + 0.05)).toFixed(2));
  });
}
