import { createServer, type AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { choosePorts } from "../../scripts/dev/process/ports.ts";

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

test("the ports of the last start are used again", async () => {
  const deployment = await freePort();
  const { ports, moved } = await choosePorts({ deployment }, { freePorts: true, insist: true });
  expect(ports).toMatchObject({ deployment });
  expect(moved).toEqual([]);
});

test("all ports are known before anything starts, and differ", async () => {
  const { ports } = await choosePorts({}, { freePorts: true, insist: false });
  const all = Object.values(ports);
  // None that the system gives to what asks for any port, in the seconds until something listens on these.
  expect(all.filter((port) => port < 20_000 || port > 32_767)).toEqual([]);
  expect(new Set(all).size).toBe(all.length);
});

test("a port in use may belong to a run that is ending: it is tried again", async () => {
  const deployment = await takenPort();
  const start = choosePorts({ deployment }, { freePorts: true, insist: true });
  await expect(start).rejects.toMatchObject({ code: "PORT_IN_USE" });
  await expect(start).rejects.toThrow(String(deployment));
});

test.each([true, false])(
  "at last a free port is used instead and reported (free ports: %j)",
  async (freePorts) => {
    const [deployment, clerk] = [await takenPort(), await freePort()];
    const chosen = await choosePorts({ deployment, clerk }, { freePorts, insist: false });
    expect(chosen.ports).toMatchObject({ clerk });
    expect(chosen.ports.deployment).not.toBe(deployment);
    const to = chosen.ports.deployment;
    expect(chosen.moved).toContainEqual({ listener: "deployment", from: deployment, to });
  },
);

test("a usual port that is in use is replaced at once, by none of the usual ports", async () => {
  const server = createServer();
  const taken = await new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(true)); // by someone else, which is as good
    server.listen(3210, "127.0.0.1", () => resolve(false));
  });
  onTestFinished(() => {
    if (!taken) server.close();
  });
  const { ports, moved } = await choosePorts({}, { freePorts: false, insist: true });
  expect(moved).toContainEqual({ listener: "deployment", from: 3210, to: ports.deployment });
  expect(ports.deployment).toBeGreaterThan(3214);
});

test("a port on which something listens by IPv6 alone is in use: a browser would connect there", async () => {
  const server = createServer();
  const listening = await new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(false)); // a system without IPv6
    server.listen(0, "::1", () => resolve(true));
  });
  if (!listening) return;
  onTestFinished(() => void server.close());
  const example = (server.address() as AddressInfo).port;
  const { ports } = await choosePorts({ example }, { freePorts: true, insist: false });
  expect(ports.example).not.toBe(example);
});
