import { useAction } from "convex/react";
import { useState } from "react";
import { api } from "@backend/_generated/api";
import { isQuaverError } from "@backend/lib/errors";
import { errorMessage } from "../lib/errors";
import { formatSize } from "../lib/format";
import type { Project } from "../lib/types";
import { showToast } from "../shell/toasts";
import { text } from "../text";

/**
 * Downloads the app's files. The archive comes from the sandbox, which is untrusted: a frame that may download, and
 * nothing else, opens its address. The frame has to be on the page.
 */
export function useDownload({ _id: projectId, name }: Project) {
  const download = useAction(api.turns.actions.download);
  const [isPreparing, setIsPreparing] = useState(false);
  const [url, setUrl] = useState<string | null>(null);
  const start = async (): Promise<void> => {
    if (isPreparing) return;
    setIsPreparing(true);
    const id = `download ${projectId}`;
    void showToast(text.project.downloadPreparing, { kind: "loading", id });
    try {
      const { url, size } = await download({ projectId });
      setUrl(url);
      const started = text.project.downloadStarted(name, formatSize(size));
      void showToast(started, { kind: "success", id });
    } catch (error) {
      const why = isQuaverError(error, "FILE_NOT_FOUND")
        ? text.project.downloadEmpty
        : errorMessage(error);
      const failed = text.project.downloadFailed(name, why);
      void showToast(failed, { kind: "error", id, duration: Infinity });
    } finally {
      setIsPreparing(false);
    }
  };
  const frame = url !== null && (
    <iframe
      key={url}
      hidden
      src={url}
      title={text.project.download}
      sandbox="allow-downloads"
      referrerPolicy="no-referrer"
    />
  );
  return { start, isPreparing, frame };
}
