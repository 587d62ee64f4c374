import { useQuery } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import { useState } from "react";
import { api } from "@backend/_generated/api";
import type { Id } from "@backend/_generated/dataModel";

type Output = NonNullable<FunctionReturnType<typeof api.turns.queries.output>>;

/** A part of what the agent has said so far. */
export type OutputPart = Output["parts"][number];

interface Said {
  turnId: Id<"turns"> | null;
  after: number;
  parts: OutputPart[];
}

/**
 * Follows what the agent of a running turn says: all of it so far, however late the caller comes, and then each chunk once.
 *
 * Pass the turn's id while its status is `running`, and show its message (`answerMessageId`) from then on. Convex sends a
 * client the results of all its queries as of one moment, and the backend writes the message in the transaction in which
 * the status changes: in every render there is either the output or the message.
 *
 * @param turnId - null while there is nothing to follow
 */
export function useTurnOutput(turnId: Id<"turns"> | null): OutputPart[] {
  const [state, setState] = useState<Said>({ turnId, after: 0, parts: [] });
  const said = state.turnId === turnId ? state : { turnId, after: 0, parts: [] };
  // The result is that of these very arguments: one of an earlier `after` is never seen again.
  const args = turnId === null ? "skip" : { turnId, after: said.after };
  const news = useQuery(api.turns.queries.output, args);
  if (news && news.next > said.after) {
    // While it renders, so that React renders again at once, now with the next `after`.
    setState({ turnId, after: news.next, parts: append(said.parts, news.parts) });
  }
  return said.parts;
}

/** Pieces of one type that follow each other are one part. */
function append(parts: readonly OutputPart[], pieces: readonly OutputPart[]): OutputPart[] {
  const all = [...parts];
  for (const piece of pieces) {
    const last = all.at(-1);
    if (last?.type === piece.type) all[all.length - 1] = { ...last, text: last.text + piece.text };
    else all.push(piece);
  }
  return all;
}
