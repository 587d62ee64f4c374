import { createServer, type AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { choosePorts } from "../../scripts/dev/ports.ts";

/** A port that something listens on for the length of the test. */
async function takenPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  // A server that listens on TCP has an address of this form.
  return (server.address() as AddressInfo).port;
}

/** A port that nothing listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test("the ports of the last start are taken again", async () => {
  const deployment = await freePort();
  const ports = await choosePorts({ deployment }, { freePorts: true, insist: true });
  const stripe: unknown = expect.any(Number);
  expect(ports).toEqual({ deployment, site: 0, clerk: 0, daytona: 0, stripe });
});

test("where Stripe will be is known before anything starts", async () => {
  const { stripe } = await choosePorts({}, { freePorts: true, insist: false });
  expect(stripe).toBeGreaterThan(0);
});

test("one that is taken meanwhile gives way to a free one, when free ports will do", async () => {
  const [deployment, clerk] = [await takenPort(), await freePort()];
  const ports = await choosePorts({ deployment, clerk }, { freePorts: true, insist: false });
  expect(ports).toMatchObject({ deployment: 0, clerk });
});

test("before that, it may belong to a run that is just ending: it is worth insisting on", async () => {
  const deployment = await takenPort();
  const start = choosePorts({ deployment }, { freePorts: true, insist: true });
  await expect(start).rejects.toMatchObject({ code: "PORT_IN_USE" });
});

test("otherwise a taken port stops the start, and the message names it", async () => {
  const clerk = await takenPort();
  const others = { deployment: await freePort(), site: await freePort() };
  const start = choosePorts({ ...others, clerk }, { freePorts: false, insist: false });
  await expect(start).rejects.toMatchObject({ code: "PORT_IN_USE" });
  await expect(start).rejects.toThrow(String(clerk));
});
