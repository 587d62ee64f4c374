import { useAction } from "convex/react";
import { useEffect, useState } from "react";
import { api } from "@backend/_generated/api";
import type { Id } from "@backend/_generated/dataModel";
import { errorMessage } from "../../lib/errors";

const RENEW_BEFORE_MS = 60_000; // so that an open preview does not expire

/**
 * The URL of the app in the sandbox: fetched again when `version` changes, on reload, and before it expires.
 */
export function usePreviewUrl(projectId: Id<"projects">, version: number) {
  const previewUrl = useAction(api.projects.actions.previewUrl);
  const [url, setUrl] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [reloads, setReloads] = useState(0);
  const reload = (): void => setReloads((count) => count + 1);
  useEffect(() => {
    let left = false;
    let renewal: ReturnType<typeof setTimeout> | undefined;
    const ask = async (): Promise<void> => {
      try {
        const preview = await previewUrl({ projectId });
        if (left) return;
        setUrl(preview.url);
        setError(null);
        const lifeMs = preview.expiresAt - Date.now() - RENEW_BEFORE_MS;
        renewal = setTimeout(reload, Math.max(RENEW_BEFORE_MS, lifeMs));
      } catch (error) {
        if (!left) setError(errorMessage(error));
      }
    };
    void ask();
    return () => {
      left = true;
      clearTimeout(renewal);
    };
  }, [previewUrl, projectId, version, reloads]);
  return { url, error, reload };
}
