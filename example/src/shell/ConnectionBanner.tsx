import { useConvexConnectionState } from "convex/react";
import { useEffect, useState, useSyncExternalStore } from "react";
import { text } from "../text";

const SHOW_AFTER_MS = 1500; // most interruptions are over by then

/** Says that the connection to the deployment is lost, and being restored. */
export function ConnectionBanner() {
  const { isWebSocketConnected, hasEverConnected } = useConvexConnectionState();
  const online = useOnline();
  const lost = useDelayed(!isWebSocketConnected, SHOW_AFTER_MS) || !online;
  return (
    <div role="status" className="sticky top-0 z-30">
      {lost && (
        <p className="flex animate-arrive items-center justify-center gap-2 bg-ink px-4 py-2 text-center text-sm text-paper">
          <span aria-hidden="true" className="size-2 animate-breathe rounded-full bg-paper" />
          {message(online, hasEverConnected)}
        </p>
      )}
    </div>
  );
}

function message(online: boolean, hasEverConnected: boolean): string {
  if (!online) return text.shell.offline;
  if (!hasEverConnected) return text.shell.connecting;
  return text.shell.reconnecting;
}

/** `navigator.onLine`, live. */
function useOnline(): boolean {
  return useSyncExternalStore(subscribe, () => navigator.onLine);
}

function subscribe(onChange: () => void): () => void {
  addEventListener("online", onChange);
  addEventListener("offline", onChange);
  return () => {
    removeEventListener("online", onChange);
    removeEventListener("offline", onChange);
  };
}

/** True once `flag` has been true for `ms` without interruption. */
function useDelayed(flag: boolean, ms: number): boolean {
  const [elapsed, setElapsed] = useState(false);
  useEffect(() => {
    if (!flag) return;
    const timer = setTimeout(() => setElapsed(true), ms);
    return () => {
      clearTimeout(timer);
      setElapsed(false);
    };
  }, [flag, ms]);
  return flag && elapsed;
}
