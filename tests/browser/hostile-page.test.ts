/** What a page written by an agent or by an attacker can reach on this machine: in the preview's frame, and from another port. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { text } from "../../example/src/text.ts";
import { ROOT } from "../../scripts/lib/convex-cli.ts";
import { listSandboxes, signUp, type Person } from "../support/emulators.ts";
import type { App } from "./support/app.ts";
import { hostilePage, type Findings, type Targets } from "./support/hostile-page.ts";
import { describeInBrowser, useFixtureOfSources } from "./support/fixture.ts";

describeInBrowser("a hostile page", () => {
  const fixture = useFixtureOfSources();

  test("reaches nothing from the preview's frame", async () => {
    const { dev } = fixture;
    const ada = await fixture.open();
    await ada.signUp("Ada");
    await ada.context.addCookies([
      { name: "example", value: "cookie-of-the-example", url: dev.exampleUrl! },
      { name: "machine", value: "cookie-of-the-machine", url: dev.daytonaUrl },
    ]);
    await ada.build("Make a page for my choir.");
    await ada.seesStatus("ready");
    await ada.preview.getByRole("heading", { level: 1 }).waitFor();

    const targets = await targetsOn(dev, await signUp(dev, "framed@example.com", "Frances"));
    const projectId = ada.path.split("/").at(-1);
    const sandboxes = await listSandboxes(dev);
    const sandbox = sandboxes.find(({ labels }) => labels.projectId === projectId);
    await replacePage(dev, sandbox!.id, hostilePage(targets));
    const { pathname } = new URL(ada.page.url());
    await ada.press(text.preview.reload);
    const shown = await ada.preview.locator("#findings").textContent();
    await expectNothing(dev, shown);
    expect(new URL(ada.page.url()).pathname, "the address of the app's own page").toBe(pathname);
    await ada.title.waitFor();
  });

  test("reaches nothing from another port, whichever of the machine's names it has", async () => {
    const { dev } = fixture;
    const user = await signUp(dev, "listed@example.com", "Victor");
    const port = await serve(hostilePage(await targetsOn(dev, user)));
    // At once: each page waits ten seconds for requests that the browser never answers.
    await Promise.all(
      ["127.0.0.1", "localhost", "some-app.localhost"].map(async (host) => {
        const bob = await fixture.open();
        await bob.page.goto(`http://${host}:${port}/`);
        await expectNothing(dev, await bob.page.locator("#findings").textContent());
      }),
    );
  });

  /** Serves a page on a port of its own, which it returns, until the test is over. */
  async function serve(html: string): Promise<number> {
    const server = createServer((_, response) => {
      response.writeHead(200, { "content-type": "text/html" }).end(html);
    });
    onTestFinished(() => void server.close());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  }

  /** All that is worth reaching, for a page that knows this machine's addresses. */
  async function targetsOn(dev: App, { id }: Person): Promise<Targets> {
    const { exampleUrl = "", clerkUrl, daytonaUrl, stripeUrl, url } = dev;
    const file = (...path: string[]) => `${exampleUrl}/@fs${join(ROOT, ...path)}`;
    const kept = (...path: string[]) => `${exampleUrl}/@fs${join(dev.dataDir, ...path)}`;
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
  async function anotherPreview(dev: App): Promise<string> {
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
  async function replacePage(dev: App, sandboxId: string, html: string): Promise<void> {
    const command = 'mkdir -p app && printf %s "$PAGE" > app/next && mv app/next app/index.html';
    const path = `/toolbox/${sandboxId}/process/execute`;
    const { exitCode } = await daytona(dev, path, { command, envs: { PAGE: html } });
    expect(exitCode).toBe(0);
  }

  async function daytona(dev: App, path: string, body?: unknown) {
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

  /** The page read nothing but what the deployment answers to anyone, and what it sent changed nothing. */
  async function expectNothing(dev: App, shown: string | null): Promise<void> {
    const findings = JSON.parse(shown ?? "null") as Findings;
    const reached = Object.keys(findings).filter((how) => !how.includes("deployment:"));
    expect(reached, "what the page reached").toEqual([]);
    expect(shown).not.toContain(dev.adminKey);
    expect(shown).not.toContain(dev.daytonaApiKey);
    expect(shown).not.toMatch(/sk_test_|whsec_|eyJ|@example\.com|cookie-of|a-secret-of/);

    const users = await (await fetch(`${dev.clerkUrl}/users`)).text();
    expect(users).toContain("@example.com");
    expect(users).not.toContain("mallory");
    for (const emulator of [dev.clerkUrl, dev.daytonaUrl, dev.stripeUrl]) {
      expect((await fetch(`${emulator}/planted`)).status, "a fault was planted").not.toBe(418);
    }
  }
});
