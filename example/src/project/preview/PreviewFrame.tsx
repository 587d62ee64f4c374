import { useEffect, useRef, useState, type RefObject } from "react";
import type { Id } from "@backend/_generated/dataModel";
import { IconButton } from "../../ui/Button";
import { EmptyState } from "../../ui/EmptyState";
import { ErrorAlert } from "../../ui/ErrorAlert";
import { Icon } from "../../ui/Icon";
import { usePreviewUrl } from "./usePreviewUrl";

type PreviewFrameProps = {
  projectId: Id<"projects">;
  version: number;
  /** The sandbox has just started, so that the app in it may not listen yet. */
  justStarted: boolean;
};

/**
 * The app in a frame: untrusted code. It has a host of its own, whose storage and cookies it may use
 * (`allow-same-origin`). It can't read this page, and neither it nor a window that it opens can navigate this page away:
 * `sandbox` has no `allow-top-navigation` and no `allow-popups-to-escape-sandbox`.
 */
export function PreviewFrame({ projectId, version, justStarted }: PreviewFrameProps) {
  const { url, error, reload } = usePreviewUrl(projectId, version);
  const frame = useRef<HTMLIFrameElement>(null);
  const loads = useReloadAfterStart(justStarted && url !== null, frame);
  return (
    <>
      <div className="flex items-center gap-1 border-b border-line px-2">
        <p className="min-w-0 flex-1 truncate px-2 text-sm text-muted">What runs on port 3000</p>
        <IconButton icon="reload" label="Reload the preview" onClick={reload} />
        {url !== null && (
          <a
            href={url}
            target="_blank"
            rel="noreferrer"
            aria-label="Open the preview in a new tab"
            title="Open in a new tab"
            className="inline-flex size-11 items-center justify-center rounded-lg text-muted hover:text-ink"
          >
            <Icon name="open" />
          </a>
        )}
      </div>
      {error !== null && (
        <div className="p-3">
          <ErrorAlert onRetry={reload}>{error}</ErrorAlert>
        </div>
      )}
      {url === null ? (
        <div className="grid flex-1 place-content-center">
          {error === null && <EmptyState loading title="Opening the preview" />}
        </div>
      ) : (
        <iframe
          key={`${url} ${loads.toString()}`}
          ref={frame}
          src={url}
          title="Preview of the app"
          sandbox="allow-scripts allow-same-origin allow-forms allow-modals allow-popups allow-downloads"
          referrerPolicy="no-referrer"
          className="w-full flex-1 bg-white"
        />
      )}
    </>
  );
}

/** By the second of these the app should listen. */
const RELOADS_AFTER_MS = [2_000, 6_000];

/**
 * Reloads the frame of an app that has just started. A sandbox counts as started before the app in it listens, and
 * a page can't see whether a frame of another origin shows the app or an error. So the frame is loaded again a little
 * later, unless it has the focus by then.
 *
 * @returns how often the frame has been reloaded
 */
function useReloadAfterStart(justStarted: boolean, frame: RefObject<HTMLIFrameElement | null>) {
  const [loads, setLoads] = useState(0);
  useEffect(() => {
    if (!justStarted) return;
    const load = (): void => {
      if (document.activeElement !== frame.current) setLoads((count) => count + 1);
    };
    const timers = RELOADS_AFTER_MS.map((ms) => setTimeout(load, ms));
    return () => timers.forEach(clearTimeout);
  }, [justStarted, frame]);
  return loads;
}
