/** HTTP actions that stream: which parts of a response are sent, and when. */
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { describe, expect, test } from "vitest";
import { within } from "../../../../../tests/support/dev.ts";
import { fixtureDeployment } from "../support/deployment.ts";
import { HeldResponses, listening } from "../support/held_responses.ts";
import { post } from "../support/http.ts";
import { Stream, Streams } from "../support/streams.ts";

const MIB = 1024 * 1024;
// One action at a time: an action that does not end would block the next one.
const fixture = fixtureDeployment(["--knob", "APPLICATION_MAX_CONCURRENT_V8_ACTIONS=1"]);
const streams = new Streams(() => fixture.current);
const echo = async () => (await post(`${fixture.current.siteUrl}/echo`, "next")).text;

describe("a response", () => {
  test("begins before its body has any data, and is sent chunk by chunk", async () => {
    const gate = await HeldResponses.start();
    const stream = await streams.open("gated", { gate: gate.url, pieces: 3 });
    expect(stream.response.status).toBe(200);
    for (const index of [0, 1, 2]) {
      await gate.reached(index);
      gate.open(index);
      expect(await stream.next()).toBe(`piece ${index}\n`);
    }
    gate.open(3);
    expect(await stream.next()).toBeNull();
    expect(await echo()).toBe("next");
  });

  test("streams under /http of the deployment's origin too", async () => {
    const gate = await HeldResponses.start();
    const { url } = fixture.current;
    const path = `/http/streams/gated?pieces=2&gate=${encodeURIComponent(gate.url)}`;
    gate.open(0);
    const stream = await Stream.open(url + path);
    expect(await stream.next()).toBe("piece 0\n");
    await gate.reached(1);
    gate.open(1);
    expect(await stream.next()).toBe("piece 1\n");
    gate.open(2);
    expect(await stream.next()).toBeNull();
  });

  test("is logged when it has ended, with its status", async () => {
    const gate = await HeldResponses.start();
    const { success, error, logLines } = await streams.logged("gated", async () => {
      const stream = await streams.open("gated", { gate: gate.url, pieces: 1 });
      gate.open(0);
      gate.open(1);
      expect(await stream.rest()).toEqual({ length: 8, whole: true });
    });
    expect({ success, error, logLines }).toEqual({
      success: { status: "200" },
      error: null,
      logLines: [],
    });
  });

  test("that is complete at once has a content-length", async () => {
    const answer = await fetch(streams.at("text", { length: 20 * MIB }));
    expect(answer.headers.get("content-length")).toBe(String(20 * MIB));
    expect((await answer.text()).length).toBe(20 * MIB);
  });

  test.each([
    ["text", 200, "4", "text/plain;charset=UTF-8"],
    ["json", 200, "7", expect.stringContaining("application/json")],
    ["bytes", 200, "2", null],
    ["nothing", 200, "0", null],
    ["empty", 204, null, null],
    ["unchanged", 304, null, null],
  ])("of %s has status, length and type, for HEAD as well", async (kind, ...expected) => {
    for (const method of ["GET", "HEAD"]) {
      const { status, headers, body } = await fetch(streams.at("kind", { kind }), { method });
      const told = [status, headers.get("content-length"), headers.get("content-type")];
      expect(told).toEqual(expected);
      await body?.cancel();
    }
  });

  test("sends each cookie in its own header", async () => {
    const { headers } = await fetch(streams.at("kind", { kind: "cookies" }));
    expect(headers.getSetCookie()).toEqual(["a=1; Path=/", "b=2"]);
  });

  test("keeps its declared content-length, and is broken off when it falls short", async () => {
    const gate = await HeldResponses.start();
    for (const index of [0, 1]) gate.open(index);
    const query = { gate: gate.url, pieces: 1 };
    const kept = await streams.open("gated", { ...query, length: 8 });
    expect(kept.response.headers.get("content-length")).toBe("8");
    expect(await kept.rest()).toEqual({ length: 8, whole: true });
    // The body ends only once the head is read, which the broken connection could otherwise overtake.
    const held = await HeldResponses.start();
    const short = await streams.open("gated", { gate: held.url, pieces: 1, length: 9 });
    for (const index of [0, 1]) held.open(index);
    // Node's fetch may drop data that arrives together with the end of the connection.
    expect(await short.rest()).toMatchObject({ whole: false });
  });
});

describe("a chat", () => {
  test("is sent as server-sent events", async () => {
    const gate = await HeldResponses.start();
    const stream = await streams.open("chat", { gate: gate.url, by: "chat" });
    expect(stream.response.headers.get("content-type")).toBe("text/event-stream");
    gate.open(0);
    expect(await stream.next()).toBe('data: {"type":"text-delta","delta":"Hel"}\n\n');
    gate.open(1);
    expect(await stream.next()).toBe('data: {"type":"text-delta","delta":"lo"}\n\n');
    expect(await stream.next()).toBe("data: [DONE]\n\n");
    expect(await stream.next()).toBeNull();
    await streams.marked("chat written");
  });

  test.each(["body", "response", "tee"])("is handed on as a fetch's %s", async (how) => {
    const upstream = createServer();
    const url = await listening(upstream);
    const asked = once(upstream, "request");
    const head = streams.open("proxy", { upstream: url, how });
    const [, answer] = (await asked) as [never, ServerResponse];
    answer.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
    const stream = await head;
    expect(stream.response.headers.get("content-type")).toBe("text/event-stream");
    for (const event of ["data: 1\n\n", "data: 2\n\n"]) {
      answer.write(event);
      expect(await stream.next()).toBe(event);
    }
    const over = once(answer, "close");
    stream.leave();
    await within(20_000, "the end of what was handed on", over);
    expect(await echo()).toBe("next");
  });
});

describe("a failure in the middle of a response", () => {
  test("breaks off the body, and is logged", async () => {
    const gate = await HeldResponses.start();
    const entry = await streams.logged("gated", async () => {
      const stream = await streams.open("gated", { gate: gate.url, pieces: 1, fail: 1 });
      gate.open(0);
      expect(await stream.next()).toBe("piece 0\n");
      gate.open(1);
      expect(await stream.rest()).toEqual({ length: 0, whole: false });
    });
    expect(entry).toMatchObject({ success: { status: "200" }, error: null });
    const [line, ...others] = entry.logLines;
    expect(others).toEqual([]);
    expect(line?.level).toBe("ERROR");
    expect(line?.messages[0]).toMatch(/^Uncaught Error: broken on purpose\n.*streams\.ts:\d+:\d+/);
    expect(await echo()).toBe("next");
  });

  test("breaks it off under /http too, and before the first chunk", async () => {
    const gate = await HeldResponses.start();
    gate.open(0);
    const path = `/http/streams/gated?pieces=1&fail=1&gate=${encodeURIComponent(gate.url)}`;
    const stream = await Stream.open(fixture.current.url + path);
    expect(await stream.next()).toBe("piece 0\n");
    gate.open(1);
    expect(await stream.rest()).toEqual({ length: 0, whole: false });
    const held = await HeldResponses.start();
    const nothing = await streams.open("gated", { gate: held.url, pieces: 0, fail: 1 });
    held.open(0);
    expect(await nothing.rest()).toEqual({ length: 0, whole: false });
  });

  test("is caused by a chunk that is not bytes", async () => {
    const { logLines } = await streams.logged("notBytes", async () => {
      const stream = await streams.open("notBytes");
      expect(await stream.rest()).toEqual({ length: 0, whole: false });
    });
    expect(logLines[0]?.messages[0]).toContain(
      "must give Uint8Arrays, and gave a value of type string",
    );
  });
});

describe("a response over 20 MiB", () => {
  const line = {
    level: "ERROR",
    messages: ["HttpResponseTooLarge: HTTP actions support responses up to 20 MiB"],
  };

  test("is cut at the limit, and the log has the error", async () => {
    const { success, logLines } = await streams.logged("large", async () => {
      const stream = await streams.open("large", { pieces: 23 });
      expect(await stream.rest()).toEqual({ length: 20 * MIB, whole: true });
    });
    const warning =
      "Large response returned from an HTTP action (actual: 20971520 bytes, limit: 20971520 bytes).";
    expect({ success, logLines }).toEqual({
      success: { status: "200" },
      logLines: [line, { level: "WARN", messages: [warning] }],
    });
  });

  test("that was complete at once is broken off", async () => {
    const { logLines } = await streams.logged("text", async () => {
      const stream = await streams.open("text", { length: 20 * MIB + 1 });
      expect(await stream.rest()).toEqual({ length: 0, whole: false });
    });
    expect(logLines).toEqual([line]);
  });
});
