import { useEffect, useState, type ReactNode } from "react";
import { IconButton } from "../ui/Button";
import { NoticeContext, type Notice } from "./notices";

const SHOWN_MS = 8000;

/** Shows what has been said last, at the foot of the page, and says it to those who listen. */
export function Notices({ children }: { children: ReactNode }) {
  const [notice, setNotice] = useState<{ text: string; stays: boolean } | null>(null);
  const [say] = useState(
    (): Notice =>
      (text, { stays = false } = {}) =>
        setNotice({ text, stays }),
  );
  useEffect(() => {
    if (notice === null || notice.stays) return;
    const timer = setTimeout(() => setNotice(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [notice]);
  return (
    <NoticeContext value={say}>
      {children}
      <div role="status" className="fixed inset-x-4 bottom-4 z-30 flex justify-center">
        {notice && (
          <div className="flex animate-arrive items-center gap-2 rounded-xl bg-ink py-1 pr-1 pl-4 text-sm text-paper shadow-lift">
            <p className="min-w-0 wrap-anywhere">{notice.text}</p>
            <IconButton
              icon="close"
              label="Dismiss"
              className="text-paper enabled:hover:bg-paper/15 enabled:hover:text-paper"
              onClick={() => setNotice(null)}
            />
          </div>
        )}
      </div>
    </NoticeContext>
  );
}
