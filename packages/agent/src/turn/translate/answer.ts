/** The lines of the answer, in the backend's protocol (docs/agents.md), as they come. */

/** What can be said: words of the answer, or reasoning. */
export type Saying = "text" | "reasoning";

const PREFIXES: Record<Saying, string> = { text: "", reasoning: "::reasoning:: " };

/** Puts pieces of text, in any order of kinds, into lines that are each of one kind. */
export interface AnswerWriter {
  /** Goes on with a part of the answer. Parts of text are paragraphs: between two of them is an empty line. */
  say(saying: Saying, partId: string, piece: string): void;
  /** Writes a line of its own. */
  line(line: string): void;
  /** Ends the line that was begun. */
  end(): void;
}

/** @param write - Takes what is to be printed. */
export function createAnswerWriter(write: (text: string) => void): AnswerWriter {
  let inLine = false;
  let last: { saying: Saying; partId: string } | undefined;
  let hasText = false;
  const endLine = () => {
    if (inLine) write("\n");
    inLine = false;
  };
  return {
    say: (saying, partId, piece) => {
      if (piece === "") return;
      if (last?.partId !== partId) {
        endLine();
        if (saying === "text" && hasText) write("\n");
      } else if (last.saying !== saying) endLine();
      last = { saying, partId };
      hasText ||= saying === "text";
      for (const line of piece.split(/(?<=\n)/)) {
        if (!inLine) write(PREFIXES[saying]);
        write(line);
        inLine = !line.endsWith("\n");
      }
    },
    line: (line) => {
      endLine();
      write(`${line}\n`);
    },
    end: endLine,
  };
}
