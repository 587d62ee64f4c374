import { useRef } from "react";

/** Names what somebody sends, so that it can be sent again when the answer was lost. */
export interface ClientId {
  /** The same id for the same content, until it is forgotten. */
  idOf: (content: string) => string;
  /** It arrived: the same content again is something else. */
  forget: () => void;
}

/** See `ClientId`. */
export function useClientId(): ClientId {
  const sent = useRef<{ content: string; id: string } | null>(null);
  return {
    idOf: (content) => {
      if (sent.current?.content !== content) sent.current = { content, id: crypto.randomUUID() };
      return sent.current.id;
    },
    forget: () => {
      sent.current = null;
    },
  };
}
