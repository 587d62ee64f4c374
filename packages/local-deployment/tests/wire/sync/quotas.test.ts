import { describe, expect, test, vi } from "vitest";
import type { Authenticator } from "../../../src/application/authenticator.ts";
import type { ClientCalls } from "../../../src/application/client_calls.ts";
import { Channel, type Connection } from "../../../src/sync/channel.ts";
import { SyncSession } from "../../../src/sync/session.ts";
import { Subscriptions } from "../../../src/sync/subscriptions.ts";

const MIB = 1024 * 1024;

/** A socket that sends what it is given, or buffers it while it is `stuck`. */
function aConnection(stuck = false) {
  const sent: string[] = [];
  const closes: { code: number; reason: string }[] = [];
  const state = { stuck, kept: 0, terminated: false };
  const connection: Connection = {
    send: (text) => {
      sent.push(text);
      if (state.stuck) state.kept += text.length;
    },
    unsent: () => state.kept,
    close: (code, reason) => {
      closes.push({ code, reason });
    },
    terminate: () => {
      state.terminated = true;
    },
  };
  return { connection, sent, closes, state };
}

/** A session whose calls and token checks never end. */
function aSession() {
  const socket = aConnection();
  const never = () => new Promise<never>(() => undefined);
  const services = {
    // Sessions use nothing else of either here.
    authenticator: { verifyToken: never } as unknown as Authenticator,
    calls: { run: never, live: never } as unknown as ClientCalls,
    subscriptions: new Subscriptions(),
    latestTs: () => Promise.resolve("0"),
  };
  const info = { ip: null, userAgent: null };
  const session = new SyncSession(socket.connection, services, info);
  const receive = (message: object) => {
    session.receive(JSON.stringify(message));
  };
  return { ...socket, session, receive };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("a session refuses", () => {
  test.each([
    ["Mutation", "TooManyConcurrentMutations: more than 1000 mutations are waiting"],
    ["Action", "TooManyConcurrentActions: more than 1000 actions are running"],
  ])("the thousand and first %s", async (type, error) => {
    const { receive, sent, closes, session } = aSession();
    for (let requestId = 1; requestId <= 1_000; requestId++) {
      receive({ type, requestId, udfPath: "m:f", args: [{}] });
      if (requestId % 100 === 0) await settled();
    }
    expect(closes).toEqual([]);
    receive({ type, requestId: 1_001, udfPath: "m:f", args: [{}] });
    await settled();
    expect(sent.map((text) => JSON.parse(text) as unknown)).toEqual([
      { type: "FatalError", error },
    ]);
    expect(closes).toEqual([{ code: 1000, reason: "FatalError" }]);
    session.closed();
  });

  test("more than a thousand messages while a token is being checked", async () => {
    const { receive, sent, closes, session } = aSession();
    receive({ type: "Authenticate", tokenType: "User", value: "a.b.c", baseVersion: 0 });
    for (let n = 1; n < 1_000; n++) receive({ type: "Event", eventType: "x", event: n });
    expect(closes).toEqual([]);
    receive({ type: "Event", eventType: "x", event: 1_000 });
    expect(sent[0]).toContain("TooManyMessages: more than 1000 messages are waiting");
    expect(closes).toHaveLength(1);
    await settled();
    session.closed();
  });

  test("messages whose total size is too large", () => {
    const { receive, sent, session } = aSession();
    receive({ type: "Authenticate", tokenType: "User", value: "a.b.c", baseVersion: 0 });
    for (let n = 0; n < 4; n++) {
      receive({ type: "Event", eventType: "x", event: "x".repeat(17 * MIB) });
    }
    expect(sent[0]).toContain("TooMuchReceived: messages and arguments of more than 64 MiB");
    session.closed();
  });
});

describe("a channel", () => {
  test("sends no more than the socket takes, and the rest in order as the socket drains", async () => {
    const { connection, sent, state } = aConnection(true);
    const channel = new Channel(connection);
    const long = "x".repeat(2 * MIB);
    channel.sendTexts([`1${long}`, `2${long}`, "3"]);
    expect(sent.map((text) => text[0])).toEqual(["1"]);
    let taken = false;
    void channel.drain().then(() => (taken = true));
    await settled();
    expect(taken).toBe(false);
    state.kept = 0;
    channel.drained();
    state.kept = 0;
    channel.drained();
    await settled();
    expect(sent.map((text) => text[0])).toEqual(["1", "2", "3"]);
    expect(taken).toBe(true);
    channel.closed();
  });

  test("closes a connection with too much buffered, and terminates it if it does not close", () => {
    vi.useFakeTimers();
    try {
      const { connection, sent, closes, state } = aConnection(true);
      const channel = new Channel(connection);
      for (let n = 0; n < 70 && closes.length === 0; n++) channel.sendTexts(["x".repeat(2 * MIB)]);
      expect(sent).toHaveLength(1);
      expect(closes).toEqual([{ code: 1013, reason: "TooManyUnsentBytes" }]);
      expect(channel.isClosed()).toBe(true);
      expect(state.terminated).toBe(false);
      vi.advanceTimersByTime(5_000);
      expect(state.terminated).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });
});
