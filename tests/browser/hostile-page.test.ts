/** What a page that nobody has read gets of this machine: in the preview's frame, and from another port. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { ROOT } from "../../scripts/lib/convex-cli.ts";
import { DevProcess, type Ready } from "../support/dev.ts";
import { listSandboxes, signUp, type Person } from "../support/emulators.ts";
import { hostilePage, type Loot, type Targets } from "./support/hostile-page.ts";
import { describeInBrowser, useFixture } from "./support/fixture.ts";

describeInBrowser("a hostile page", () => {
  // In the repository, as for everybody who runs `bun run dev`: elsewhere Vite would serve nothing anyway.
  mkdirSync(join(ROOT, ".quaver"), { recursive: true });
  const dataDir = mkdtempSync(join(ROOT, ".quaver", "hostile-page-"));
  const args = ["--json", "--free-ports", "--data-dir", dataDir];
  let app: DevProcess | undefined;
  let server: Server | undefined;

  const fixture = useFixture(async () => {
    app = new DevProcess(args, { example: true });
    return await app.ready();
  });

  afterAll(async () => {
    server?.close();
    app?.signalGroup("SIGKILL");
    await app?.finished;
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  });

  test("gets nothing in the preview's frame", async () => {
    const { dev } = fixture;
    const ada = await fixture.open();
    await ada.signUp("Ada", "ada@example.com");
    await ada.context.addCookies([
      { name: "example", value: "cookie-of-the-example", url: dev.exampleUrl! },
      { name: "machine", value: "cookie-of-the-machine", url: dev.daytonaUrl },
    ]);
    await ada.build("Make a page for my choir.");
    await ada.seesStatus("Ready");
    await ada.preview.getByRole("heading", { level: 1 }).waitFor();

    const targets = await targetsOn(dev, await signUp(dev, "victim@example.com", "Victoria"));
    const [sandbox] = await listSandboxes(dev);
    await replacePage(dev, sandbox!.id, hostilePage(targets));
    const { pathname } = new URL(ada.page.url());
    await ada.press("Reload the preview");
    const shown = await ada.preview.locator("#loot").textContent();
    await expectNothing(dev, shown);
    expect(new URL(ada.page.url()).pathname, "where the person is").toBe(pathname);
    await ada.sees("Sign out");
  });

  test.each(["127.0.0.1", "localhost", "some-app.localhost"])(
    "gets nothing on another port of %s",
    async (host) => {
      const { dev } = fixture;
      const victim = await signUp(dev, `victim-of-${host}@example.com`, "Victor");
      const html = hostilePage(await targetsOn(dev, victim));
      server?.close();
      const { port } = new URL(await serve(html));
      const bob = await fixture.open();
      await bob.page.goto(`http://${host}:${port}/`);
      await expectNothing(dev, await bob.page.locator("#loot").textContent());
    },
  );

  /** Serves a page on a port of its own. */
  async function serve(html: string): Promise<string> {
    server?.close();
    const next = createServer((_, response) => {
      response.writeHead(200, { "content-type": "text/html" }).end(html);
    });
    server = next;
    await new Promise<void>((resolve) => next.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(next.address() as AddressInfo).port}`;
  }

  /** Everything there is to be had, for a page that knows this machine well. */
  async function targetsOn(dev: Ready, { id }: Person): Promise<Targets> {
    const { exampleUrl = "", clerkUrl, daytonaUrl, stripeUrl, url } = dev;
    const file = (...path: string[]) => `${exampleUrl}/@fs${join(ROOT, ...path)}`;
    const kept = (...path: string[]) => `${exampleUrl}/@fs${join(dataDir, ...path)}`;
    const preview = await anotherPreview(dev);
    const emulators = { clerk: clerkUrl, daytona: daytonaUrl, stripe: stripeUrl };
    const ofEach = <Value>(what: string, make: (at: string) => Value) =>
      Object.fromEntries(
        Object.entries(emulators).map(([name, at]) => [`${name}: ${what}`, make(at)]),
      );
    const socketUrl = (address: string) => address.replace(/^http/, "ws");
    return {
      reads: {
        "the admin key": kept("deployment", "admin-key"),
        "the admin key, raw": `${kept("deployment", "admin-key")}?raw`,
        "the admin key, imported": `${kept("deployment", "admin-key")}?import&raw`,
        "Daytona's key": `${kept("daytona", "daytona-api-key")}?raw`,
        ".env.local": `${file(".env.local")}?raw`,
        "the repository's files": `${file("package.json")}?import`,
        "Vite's token": `${exampleUrl}/@vite/client`,
        "the example": exampleUrl,
        "the example's code": `${exampleUrl}/src/env.ts`,
        "the example's looks": `${exampleUrl}/src/styles.css?direct`,
        "the example's picture": `${exampleUrl}/quaver.svg`,
        users: `${clerkUrl}/users`,
        "Clerk's users": `${clerkUrl}/v1/users/${id}`,
        sandboxes: `${daytonaUrl}/sandbox`,
        "another sandbox's preview": preview,
        "another sandbox's preview, by its path": `${daytonaUrl}/preview/${new URL(preview).host.split(".")[0]!}/`,
        customers: `${stripeUrl}/v1/customers`,
        ...ofEach("calls", (at) => `${at}/_calls`),
      },
      writes: {
        "sign up": { url: `${clerkUrl}/sign-ups`, body: '{"email":"mallory-HOW@example.com"}' },
        "become someone": { url: `${clerkUrl}/tokens`, body: JSON.stringify({ user_id: id }) },
        ...ofEach("faults", (at) => ({
          url: `${at}/_faults`,
          body: '{"path":"/planted","kind":{"status":418}}',
        })),
        "deployment: variables": {
          url: `${url}/api/query`,
          body: '{"path":"_system/cli/queryEnvironmentVariables","args":{},"format":"json"}',
        },
      },
      sockets: {
        "Vite's": { url: socketUrl(exampleUrl), protocol: "vite-hmr" },
        "another sandbox's": { url: socketUrl(preview) },
        "Daytona's": { url: socketUrl(daytonaUrl) },
      },
    };
  }

  /** The address of another sandbox's preview, at its own host: as if it had leaked. */
  async function anotherPreview(dev: Ready): Promise<string> {
    const { id } = await daytona(dev, "/sandbox", {});
    await expect
      .poll(async () => (await daytona(dev, `/sandbox/${id!}`)).state, { timeout: 45_000 })
      .toBe("started");
    await replacePage(dev, id!, "<h1>a-secret-of-another-sandbox</h1>");
    const signed = await daytona(dev, `/sandbox/${id!}/ports/3000/signed-preview-url`);
    const { port } = new URL(dev.daytonaUrl);
    await expect.poll(async () => (await fetch(signed.url!)).status, { timeout: 45_000 }).toBe(200);
    return `http://3000-${signed.token!}.localhost:${port}/`;
  }

  /** The page that a sandbox shows from now on, written there as an agent would. */
  async function replacePage(dev: Ready, sandboxId: string, html: string): Promise<void> {
    const command =
      'mkdir -p site && printf %s "$PAGE" > site/next && mv site/next site/index.html';
    const path = `/toolbox/${sandboxId}/process/execute`;
    const { exitCode } = await daytona(dev, path, { command, envs: { PAGE: html } });
    expect(exitCode).toBe(0);
  }

  async function daytona(dev: Ready, path: string, body?: unknown) {
    const response = await fetch(dev.daytonaUrl + path, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        authorization: `Bearer ${dev.daytonaApiKey}`,
        "content-type": "application/json",
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    // What is read here is checked by the test that reads it.
    return (await response.json()) as { [name: string]: string | undefined; exitCode?: never };
  }

  /** The page got nothing, but for what the deployment tells everybody; and what it sent did nothing. */
  async function expectNothing(dev: Ready, shown: string | null): Promise<void> {
    const loot = JSON.parse(shown ?? "null") as Loot;
    const gained = Object.keys(loot).filter((how) => !how.includes("deployment:"));
    expect(gained, "what the page got at").toEqual([]);
    expect(shown).not.toContain(dev.adminKey);
    expect(shown).not.toContain(dev.daytonaApiKey);
    expect(shown).not.toMatch(/sk_test_|whsec_|eyJ|@example\.com|cookie-of|a-secret-of/);

    const users = await (await fetch(`${dev.clerkUrl}/users`)).text();
    expect(users).toContain("ada@example.com");
    expect(users).not.toContain("mallory");
    for (const emulator of [dev.clerkUrl, dev.daytonaUrl, dev.stripeUrl]) {
      expect((await fetch(`${emulator}/planted`)).status, "a fault was planted").not.toBe(418);
    }
  }
});
