/** HTTP actions that stream, from the client's side: one that disconnects, one that is slow, one that sends as it reads. */
import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { within } from "../../../../../tests/support/dev.ts";
import { fixtureDeployment } from "../support/deployment.ts";
import { HeldResponses } from "../support/held_responses.ts";
import { post } from "../support/http.ts";
import { Stream, Streams, duplex } from "../support/streams.ts";

const MIB = 1024 * 1024;
const knobs = {
  // One action at a time: an action that does not end would block the next one.
  APPLICATION_MAX_CONCURRENT_V8_ACTIONS: 1,
  APPLICATION_FUNCTION_RUNNER_ACTION_SEMAPHORE_TIMEOUT: 15_000,
};
const flags = (all: Readonly<Record<string, number>>) =>
  Object.entries(all).flatMap(([name, value]) => ["--knob", `${name}=${value}`]);
const fixture = fixtureDeployment(flags(knobs));
const streams = new Streams(() => fixture.current);
const echo = async () => (await post(`${fixture.current.siteUrl}/echo`, "next")).text;

describe("a client that disconnects", () => {
  test("cancels an endless stream, and another action runs", async () => {
    const gate = await HeldResponses.start();
    const { success, error, logLines } = await streams.logged("gated", async () => {
      const stream = await streams.open("gated", { gate: gate.url, pieces: 9, by: "left" });
      gate.open(0);
      expect(await stream.next()).toBe("piece 0\n");
      await gate.reached(1);
      stream.leave();
      await streams.marked("left cancelled");
      await streams.marked("left aborted");
    });
    const gone = { level: "INFO", messages: ["Client disconnected\n"] };
    expect({ success, error, logLines }).toEqual({
      success: { status: "200" },
      error: null,
      logLines: [gone],
    });
    expect(await echo()).toBe("next");
  });

  test("cancels a stream under /http", async () => {
    const gate = await HeldResponses.start();
    gate.open(0);
    const path = `/http/streams/gated?pieces=9&by=hono&gate=${encodeURIComponent(gate.url)}`;
    const stream = await Stream.open(fixture.current.url + path);
    expect(await stream.next()).toBe("piece 0\n");
    stream.leave();
    await streams.marked("hono cancelled");
    await streams.marked("hono aborted");
    expect(await echo()).toBe("next");
  });

  test("ends an action that computes without end", async () => {
    const gate = await HeldResponses.start();
    const stream = await streams.open("busy", { gate: gate.url });
    expect(await stream.next()).toBe("one");
    await gate.reached("busy");
    gate.open("busy");
    stream.leave();
    expect(await echo()).toBe("next");
  });

  test("before the response has begun lets the function run to its end", async () => {
    const gate = await HeldResponses.start();
    const { success, error } = await streams.logged("late", async () => {
      const controller = new AbortController();
      const { signal } = controller;
      const answer = fetch(streams.at("late", { gate: gate.url, by: "early" }), { signal });
      await gate.reached("late");
      controller.abort();
      await expect(answer).rejects.toThrow("aborted");
      await streams.marked("early aborted");
      gate.open("late");
      await streams.marked("early answered");
    });
    expect({ success, error }).toEqual({ success: null, error: "Client disconnected\n" });
  });

  test("has the same effect as a HEAD request of a stream", async () => {
    const gate = await HeldResponses.start();
    const url = streams.at("gated", { gate: gate.url, pieces: 9, by: "head" });
    expect((await fetch(url, { method: "HEAD" })).status).toBe(200);
    await streams.marked("head cancelled");
    expect(await echo()).toBe("next");
  });

  test("only by not reading applies backpressure to the action", async () => {
    const { hostname, port } = new URL(fixture.current.siteUrl);
    const socket = connect(Number(port), hostname).pause();
    socket.write(
      "GET /streams/watched?by=stalled HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    );
    await streams.marked("stalled held back");
    let length = 0;
    socket.on("data", (data) => (length += data.length));
    socket.resume();
    await within(20_000, "the end of the response", once(socket, "end"));
    expect(length).toBeGreaterThan(16 * MIB);
  });
});

describe("the request's body", () => {
  test("is read by the action as it is written, while the response is sent", async () => {
    const { write, sent, answered } = await duplex(streams.at("shout"));
    write("hel");
    const response = await answered();
    const pieces = response[Symbol.asyncIterator]();
    const piece = async () => String((await within(20_000, "a piece", pieces.next())).value);
    expect(await piece()).toBe("HEL");
    write("lo");
    expect(await piece()).toBe("LO");
    await sent();
    expect((await within(20_000, "the end", pieces.next())).done).toBe(true);
  });

  test("is received from the client even when the action does not read it", async () => {
    for (const query of [{}, { first: 1 }] as const) {
      const { write, sent, answered } = await duplex(streams.at("ignore", query));
      write(new Uint8Array(19 * MIB));
      const answer = await answered();
      expect(await within(20_000, "the answer", text(answer))).toBe("ignored");
      await sent();
    }
  });

  test("may be a form", async () => {
    const body = new FormData();
    body.set("a", "1");
    body.set("b", "two");
    const answer = await fetch(streams.at("form"), { method: "POST", body });
    expect(await answer.json()).toEqual({ a: "1", b: "two" });
  });

  test("over 20 MiB is refused when it is chunked", async () => {
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        if (++sent > 40) controller.close();
        else controller.enqueue(new Uint8Array(MIB));
      },
    });
    const init = { method: "POST", body, duplex: "half" } as const;
    const answer = await fetch(`${fixture.current.siteUrl}/echo`, init);
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ code: "RequestTooLarge" });
    expect(await echo()).toBe("next");
  });
});

describe("limits", () => {
  const restart = async (changed: Readonly<Record<string, number>>) => {
    await fixture.current.stop();
    await fixture.current.restart(flags({ ...knobs, ...changed }));
  };

  test("a stream holds its action's slot until it ends", async () => {
    await restart({ APPLICATION_FUNCTION_RUNNER_ACTION_SEMAPHORE_TIMEOUT: 300 });
    const gate = await HeldResponses.start();
    const stream = await streams.open("gated", { gate: gate.url, pieces: 1 });
    const { siteUrl } = fixture.current;
    expect((await post(`${siteUrl}/echo`, "next")).status).toBe(429);
    for (const index of [0, 1]) gate.open(index);
    expect(await stream.rest()).toEqual({ length: 8, whole: true });
    expect(await echo()).toBe("next");
  });

  test("a stream that exceeds the time limit is broken off, and another action runs", async () => {
    await restart({ V8_ACTION_USER_TIMEOUT_SECS: 2 });
    const gate = await HeldResponses.start();
    const { success, logLines } = await streams.logged("gated", async () => {
      const stream = await streams.open("gated", { gate: gate.url, pieces: 9 });
      gate.open(0);
      expect(await stream.next()).toBe("piece 0\n");
      expect(await stream.rest()).toEqual({ length: 0, whole: false });
    });
    expect(success).toEqual({ status: "200" });
    expect(logLines).toEqual([
      {
        level: "ERROR",
        messages: ["Function execution timed out (maximum duration: 2s)\n"],
      },
    ]);
    expect(await echo()).toBe("next");
  });
});
