import { useAction } from "convex/react";
import { useEffect, useState } from "react";
import { api } from "@backend/_generated/api";
import type { Id } from "@backend/_generated/dataModel";
import { errorMessage } from "../../lib/errors";

const RENEW_BEFORE_MS = 60_000; // so that an open preview does not expire

/** Until an app listens, it is looked for this often: first, and at last. */
const LOOK_MS = 2000;
const MAX_LOOK_MS = 15_000;

/**
 * The URL of the app in the sandbox: fetched again when `version` changes, on reload, before it expires, and until an app
 * listens there. A tab that nobody sees waits.
 */
export function usePreviewUrl(projectId: Id<"projects">, version: number) {
  const previewUrl = useAction(api.projects.actions.previewUrl);
  const [url, setUrl] = useState<string | null>(null);
  const [isListening, setIsListening] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [reloads, setReloads] = useState(0);
  const reload = (): void => setReloads((count) => count + 1);
  useEffect(() => {
    let left = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (lookMs = LOOK_MS): Promise<void> => {
      if (document.hidden) {
        timer = setTimeout(() => void ask(lookMs), lookMs);
        return;
      }
      try {
        const preview = await previewUrl({ projectId });
        if (left) return;
        setUrl(preview.url);
        setIsListening(preview.isListening);
        setError(null);
        const lifeMs = preview.expiresAt - Date.now() - RENEW_BEFORE_MS;
        timer = preview.isListening
          ? setTimeout(reload, Math.max(RENEW_BEFORE_MS, lifeMs))
          : setTimeout(() => void ask(Math.min(MAX_LOOK_MS, lookMs * 1.5)), lookMs);
      } catch (error) {
        if (!left) setError(errorMessage(error));
      }
    };
    void ask();
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [previewUrl, projectId, version, reloads]);
  return { url, isListening, error, reload };
}
