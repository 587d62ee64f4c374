import { createContext, use } from "react";

/** Says something; what `stays` is there until it is dismissed, for whoever looks later. */
export type Notice = (text: string, options?: { stays?: boolean }) => void;

/** Says something to whoever is there, wherever they have gone meanwhile. */
export const NoticeContext = createContext<Notice>(() => undefined);

/** How to say something that is no error: what has been done, what comes next. */
export function useNotice(): Notice {
  return use(NoticeContext);
}
