import { useAction } from "convex/react";
import { useState } from "react";
import { api } from "@backend/_generated/api";
import { isQuaverError } from "@backend/lib/errors";
import { errorMessage } from "../lib/errors";
import { formatSize } from "../lib/format";
import type { Project } from "../lib/types";
import { useToast } from "../shell/toastContext";
import { IconButton } from "../ui/Button";

/**
 * Downloads the app's files. The archive comes from the sandbox, which is untrusted: a frame that may download, and
 * nothing else, opens its address.
 */
export function DownloadButton({ project: { _id: projectId, name } }: { project: Project }) {
  const download = useAction(api.turns.actions.download);
  const toast = useToast();
  const [isPreparing, setIsPreparing] = useState(false);
  const [url, setUrl] = useState<string | null>(null);
  const start = async (): Promise<void> => {
    setIsPreparing(true);
    try {
      const { url, size } = await download({ projectId });
      setUrl(url);
      toast(`Downloading “${name}” (${formatSize(size)})`);
    } catch (error) {
      const why = isQuaverError(error, "FILE_NOT_FOUND")
        ? "There are no files in it yet."
        : errorMessage(error);
      toast(`“${name}” could not be downloaded. ${why}`, { persistent: true });
    } finally {
      setIsPreparing(false);
    }
  };
  return (
    <>
      <IconButton
        icon="download"
        label={isPreparing ? "Preparing the download" : "Download"}
        disabled={isPreparing}
        aria-busy={isPreparing}
        className={isPreparing ? "animate-breathe" : ""}
        onClick={() => void start()}
      />
      {url !== null && (
        <iframe
          key={url}
          hidden
          src={url}
          title="Download"
          sandbox="allow-downloads"
          referrerPolicy="no-referrer"
        />
      )}
    </>
  );
}
