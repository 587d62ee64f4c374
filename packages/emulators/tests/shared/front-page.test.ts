import { expect, onTestFinished, test } from "vitest";
import { startModelEmulator, startStripeEmulator } from "../../src/index.ts";
import { aClerk, aDaytona, aDataDir } from "../support/emulators.ts";

async function aStripe() {
  const stripe = await startStripeEmulator({ dataDir: aDataDir() });
  onTestFinished(() => stripe.close());
  return stripe;
}

async function aModel() {
  const model = await startModelEmulator();
  onTestFinished(() => model.close());
  return model;
}

/** What a browser sends for an address that was typed. */
const TYPED = {
  "sec-fetch-site": "none",
  "sec-fetch-mode": "navigate",
  "sec-fetch-dest": "document",
};

test.each([
  ["Clerk", aClerk],
  ["Daytona", aDaytona],
  ["Stripe", aStripe],
  ["model", aModel],
])("the %s emulator says at its root what it is, and what is there", async (name, start) => {
  const { url, faults } = await start();
  const page = await fetch(`${url}/`, { headers: TYPED });
  expect(page.status).toBe(200);
  expect(page.headers.get("content-type")).toMatch(/^text\/plain/);
  const text = await page.text();
  expect(text).toContain(name);
  expect(text).not.toMatch(/sk_|dtn_|whsec_|sk-emulator/);
  expect(faults.calls()).toEqual([]);
  const routes = [...text.matchAll(/^GET (\S+)/gm)].map(([, path]) => path);
  expect(routes).toContain("/_calls");
  for (const path of routes) {
    expect([path, (await fetch(`${url}${path}`)).status]).toEqual([
      path,
      expect.toBeOneOf([200, 401]),
    ]);
  }
});
