/** Where the emulators post their webhooks in place of the backend, and they lie until they are collected. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { Sender } from "./history.ts";
import { type Letter, readLetter } from "./letters.ts";

/** See the module. */
export interface PostOffice {
  /** Where a sender posts. */
  urlFor(sender: Sender): string;
  /** Takes what has been posted since the last time, in the order in which it came. */
  collect(): Letter[];
  close(): void;
}

/** Opens one on loopback. */
export async function openPostOffice(): Promise<PostOffice> {
  let letters: Letter[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      // The path is one of those that `urlFor` gave out.
      const sender = (request.url ?? "").slice(1) as Sender;
      letters.push(readLetter(sender, String(request.headers["svix-id"]), body));
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    urlFor: (sender) => `http://127.0.0.1:${port}/${sender}`,
    collect: () => {
      const collected = letters;
      letters = [];
      return collected;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
