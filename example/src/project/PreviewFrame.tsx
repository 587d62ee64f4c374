import { useRef } from "react";
import type { Id } from "@backend/_generated/dataModel";
import { IconButton } from "../ui/Button";
import { Empty } from "../ui/Empty";
import { Icon } from "../ui/Icon";
import { Problem } from "../ui/Problem";
import { useAwakening } from "./useAwakening";
import { usePreview } from "./usePreview";

type PreviewFrameProps = {
  projectId: Id<"projects">;
  version: number;
  /** Whether the sandbox has only just started, and the app in it may not yet. */
  awakening: boolean;
};

/**
 * The app in a frame: code that nobody has read. It has a host of its own, whose storage and cookies it may use
 * (`allow-same-origin`). Of this page it reads nothing, and it can't lead the person away from it: what is not
 * in `sandbox` is `allow-top-navigation`, and `allow-popups-to-escape-sandbox`, so that windows it opens can't either.
 */
export function PreviewFrame({ projectId, version, awakening }: PreviewFrameProps) {
  const { url, problem, reload } = usePreview(projectId, version);
  const frame = useRef<HTMLIFrameElement>(null);
  const loads = useAwakening(awakening && url !== null, frame);
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
      {problem !== null && (
        <div className="p-3">
          <Problem onRetry={reload}>{problem}</Problem>
        </div>
      )}
      {url === null ? (
        <div className="grid flex-1 place-content-center">
          {problem === null && <Empty playing title="Opening the preview" />}
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
