import { useEffect, useRef, useState, type RefObject } from "react";
import type { Id } from "@backend/_generated/dataModel";
import { text } from "../../text";
import { EmptyState } from "../../ui/EmptyState";
import { ErrorAlert } from "../../ui/ErrorAlert";
import { PreviewToolbar, WIDTHS, type Width } from "./PreviewToolbar";
import { usePreviewUrl } from "./usePreviewUrl";

type PreviewFrameProps = {
  projectId: Id<"projects">;
  /** The frame is loaded again when it changes. */
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
  const { url, isListening, error, renew, check } = usePreviewUrl(projectId, version);
  const [path, setPath] = useState("/");
  const [width, setWidth] = useState<Width>("full");
  const box = useRef<HTMLDivElement>(null);
  const frame = useRef<HTMLIFrameElement>(null);
  const { loads, load } = useReloadAfterStart(justStarted && url !== null, frame);
  const address = url !== null && isListening ? addressOf(url, path) : null;
  const reload = (): void => {
    load();
    void check();
  };
  return (
    <div ref={box} className="flex min-h-0 flex-1 flex-col bg-surface">
      <PreviewToolbar
        {...{ box, address, path, width }}
        onPath={(next) => {
          setPath(next);
          load();
        }}
        onWidth={setWidth}
        onReload={address === null || error !== null ? renew : reload}
      />
      {error !== null && (
        <div className="p-3">
          <ErrorAlert onRetry={renew}>{error}</ErrorAlert>
        </div>
      )}
      {address === null ? (
        <div className="grid flex-1 place-content-center">
          {error === null && url === null && <EmptyState loading title={text.preview.opening} />}
          {url !== null && (
            <EmptyState loading title={text.preview.notRunning}>
              <p>{text.preview.notRunningAdvice}</p>
            </EmptyState>
          )}
        </div>
      ) : (
        <div
          className={`flex min-h-0 flex-1 justify-center ${width === "full" ? "" : "bg-line/50"}`}
        >
          <iframe
            key={`${address} ${version.toString()} ${loads.toString()}`}
            ref={frame}
            src={address}
            title={text.preview.title}
            sandbox="allow-scripts allow-same-origin allow-forms allow-modals allow-popups allow-downloads"
            referrerPolicy="no-referrer"
            style={{ maxWidth: WIDTHS[width] }}
            className="w-full bg-white"
          />
        </div>
      )}
    </div>
  );
}

/** The address of a path of the app, whose URL may end in a slash. */
function addressOf(url: string, path: string): string {
  return url.replace(/\/$/, "") + path;
}

/** By the second of these the app should listen. */
const RELOADS_AFTER_MS = [2_000, 6_000];

/**
 * Reloads the frame of an app that has just started. A sandbox counts as started before the app in it listens, and
 * a page can't see whether a frame of another origin shows the app or an error. So the frame is loaded again a little
 * later, unless it has the focus by then.
 *
 * @returns how often the frame has been loaded again, and a function that does so
 */
function useReloadAfterStart(justStarted: boolean, frame: RefObject<HTMLIFrameElement | null>) {
  const [loads, setLoads] = useState(0);
  useEffect(() => {
    if (!justStarted) return;
    const loadUnlessUsed = (): void => {
      if (document.activeElement !== frame.current) setLoads((count) => count + 1);
    };
    const timers = RELOADS_AFTER_MS.map((ms) => setTimeout(loadUnlessUsed, ms));
    return () => timers.forEach(clearTimeout);
  }, [justStarted, frame]);
  return { loads, load: (): void => setLoads((count) => count + 1) };
}
