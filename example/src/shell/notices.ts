import { createContext, use } from "react";

/** Says something to whoever is there, wherever they have gone meanwhile. */
export const NoticeContext = createContext<(text: string) => void>(() => undefined);

/** How to say something that is no error: what has been done, what comes next. */
export function useNotice(): (text: string) => void {
  return use(NoticeContext);
}
