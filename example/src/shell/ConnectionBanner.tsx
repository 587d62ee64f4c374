import { useConvexConnectionState } from "convex/react";
import { useDelayed } from "../hooks/useDelayed";
import { useOnline } from "../hooks/useOnline";

const PATIENCE_MS = 1500; // most interruptions are over by then

/** Says that the page no longer hears from the deployment, and that it is being seen to. */
export function ConnectionBanner() {
  const { isWebSocketConnected, hasEverConnected } = useConvexConnectionState();
  const online = useOnline();
  const lost = useDelayed(!isWebSocketConnected, PATIENCE_MS) || !online;
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
  if (!online) return "You are offline. This page goes on when you are back.";
  if (!hasEverConnected) return "Connecting to Quaver …";
  return "Reconnecting … What you see may be out of date.";
}
