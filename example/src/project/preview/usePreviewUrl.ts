import { useAction } from "convex/react";
import { useEffect, useState } from "react";
import { api } from "@backend/_generated/api";
import type { Id } from "@backend/_generated/dataModel";
import { errorMessage } from "../../lib/errors";

const RENEW_BEFORE_MS = 60_000; // so that an open preview does not expire

/** Until an app listens, it is looked for this often: first, and at last. */
const LOOK_MS = 2000;
const MAX_LOOK_MS = 15_000;

/** About five minutes. Each look counts as use of the sandbox, which would never idle out under an open page. */
const MAX_LOOKS = 24;

/**
 * The URL of the app in the sandbox: fetched again before it expires, when somebody asks for that, and until an app listens
 * there, for a few minutes from each version on. It stays the same otherwise, as each one is another origin, where the app
 * finds nothing of what it has stored. A tab that nobody sees waits.
 *
 * @returns besides the URL: `renew` gets another one; `check` does so if nothing listens at this one any more
 */
export function usePreviewUrl(projectId: Id<"projects">, version: number) {
  const previewUrl = useAction(api.projects.actions.previewUrl);
  const [url, setUrl] = useState<string | null>(null);
  const [isListening, setIsListening] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [renewals, setRenewals] = useState(0);
  const renew = (): void => setRenewals((count) => count + 1);
  const [lookedFor, setLookedFor] = useState(version);
  if (lookedFor !== version) {
    setLookedFor(version);
    if (!isListening) renew(); // it may have failed, or have been given up
  }
  useEffect(() => {
    let left = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let looks = 0;
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
        looks += 1;
        if (preview.isListening) timer = setTimeout(renew, Math.max(RENEW_BEFORE_MS, lifeMs));
        else if (looks < MAX_LOOKS)
          timer = setTimeout(() => void ask(Math.min(MAX_LOOK_MS, lookMs * 1.5)), lookMs);
      } catch (error) {
        if (!left) setError(errorMessage(error));
      }
    };
    void ask();
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [previewUrl, projectId, renewals]);
  const check = async (): Promise<void> => {
    const preview = await previewUrl({ projectId }).catch(() => null);
    if (preview?.isListening === false) renew();
  };
  return { url, isListening, error, renew, check };
}
