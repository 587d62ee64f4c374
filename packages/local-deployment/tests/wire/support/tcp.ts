import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { within } from "../../../../../tests/support/dev.ts";

/** Sends bytes to an origin, and reads one answer, or until it closes. */
export async function exchange(origin: string, bytes: string): Promise<string> {
  const socket = await connected(origin);
  let said = "";
  const ended = new Promise<void>((resolve) => {
    socket.on("data", (data) => {
      said += data.toString("latin1");
      if (isWhole(said)) resolve();
    });
    socket.once("close", () => {
      resolve();
    });
  });
  socket.write(bytes, "latin1");
  await within(20_000, "the connection to end", ended, () => said);
  return said;
}

function isWhole(answer: string): boolean {
  const head = answer.indexOf("\r\n\r\n");
  if (head === -1) return false;
  const length = /^content-length: (\d+)/im.exec(answer.slice(0, head))?.[1] ?? "0";
  return answer.length >= head + 4 + Number(length);
}

async function connected(origin: string): Promise<Socket> {
  const socket = connect(Number(new URL(origin).port), "127.0.0.1");
  // A connection that the server resets is over like any other.
  socket.on("error", () => undefined);
  onTestFinished(() => void socket.destroy());
  await new Promise((resolve) => socket.once("connect", resolve));
  return socket;
}

/** A client of the sync protocol that does not read its socket. */
export class DeafClient {
  readonly ended: Promise<void>;

  private constructor(private readonly socket: Socket) {
    this.ended = new Promise((resolve) => {
      socket.once("close", () => {
        resolve();
      });
    });
  }

  static async open(origin: string): Promise<DeafClient> {
    const socket = await connected(origin);
    const upgraded = new Promise((resolve) => socket.once("data", resolve));
    socket.write(
      [
        "GET /api/1.48.0/sync HTTP/1.1",
        `Host: ${new URL(origin).host}`,
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`,
        "\r\n",
      ].join("\r\n"),
    );
    await within(20_000, "the upgrade", upgraded);
    socket.pause();
    return new DeafClient(socket);
  }

  /** Sends a message as one text frame; its mask is zero. */
  send(message: object): void {
    const payload = Buffer.from(JSON.stringify(message));
    const header = Buffer.alloc(14);
    header[0] = 0x81;
    header[1] = 0x80 | 127;
    header.writeBigUInt64BE(BigInt(payload.length), 2);
    this.socket.write(Buffer.concat([header, payload]));
  }

  /** Starts to read, which is needed to detect the connection's end. */
  listen(): void {
    this.socket.resume();
  }
}
