import { stripVTControlCharacters } from "node:util";
import type { SnapshotApi } from "./api.ts";

/** Reads a build's log while the build goes on. It helps people; that it can't be read fails nothing. */
export interface BuildLog {
  /** Reads what comes; does nothing while that is being done. */
  follow(id: string): void;
  /** Reads what is left, once the build has ended. */
  finish(id: string): Promise<void>;
  /** The last lines so far. */
  lastLines(): string[];
  /** Stops reading. */
  close(): void;
}

const LAST_LINES = 10;
const MAX_LINE_LENGTH = 2_000; // characters; a line of a build may be a whole program
const CLOSE_AFTER_MS = 5_000; // how long the log may stay open after the build has ended

/** @param onLine - called once for each line, without its control characters */
export function openBuildLog(
  api: Pick<SnapshotApi, "openBuildLog">,
  onLine: (line: string) => void,
): BuildLog {
  const closing = new AbortController();
  const last: string[] = [];
  let reported = 0;
  let reading: Promise<void> | undefined;

  // Each log begins with the build's first line: the lines of an earlier one are passed over.
  const read = async (id: string, follow: boolean): Promise<void> => {
    const { signal } = closing;
    let count = 0;
    for await (const line of linesOf(await api.openBuildLog(id, { follow, signal }))) {
      count += 1;
      if (count <= reported) continue;
      reported = count;
      last.push(line);
      if (last.length > LAST_LINES) last.shift();
      onLine(line);
    }
  };

  return {
    follow: (id) => {
      reading ??= read(id, true)
        .catch(() => undefined)
        .finally(() => (reading = undefined));
    },
    finish: async (id) => {
      const timer = setTimeout(() => closing.abort(), CLOSE_AFTER_MS);
      await (reading ?? read(id, false).catch(() => undefined));
      clearTimeout(timer);
    },
    lastLines: () => [...last],
    close: () => closing.abort(),
  };
}

/** The complete lines of a stream of UTF-8, and its end. */
async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines.map(printable);
  }
  if (rest !== "") yield printable(rest);
}

function printable(line: string): string {
  const shown = stripVTControlCharacters(line.slice(0, MAX_LINE_LENGTH));
  return shown.replaceAll(/\p{Cc}/gu, (character) => (character === "\t" ? " " : ""));
}
