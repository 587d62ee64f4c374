import { useAction } from "convex/react";
import { useEffect, useState } from "react";
import { api } from "@backend/_generated/api";
import type { Id } from "@backend/_generated/dataModel";
import { explain } from "../lib/errors";

const RENEW_BEFORE_MS = 60_000; // an app that is open should not lose its address under one's hands

/**
 * The address of what runs in the sandbox: asked for again whenever `version` changes, when somebody
 * reloads, and before it expires.
 */
export function usePreview(projectId: Id<"projects">, version: number) {
  const previewUrl = useAction(api.projects.actions.previewUrl);
  const [url, setUrl] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
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
        setProblem(null);
        const lifeMs = preview.expiresAt - Date.now() - RENEW_BEFORE_MS;
        renewal = setTimeout(reload, Math.max(RENEW_BEFORE_MS, lifeMs));
      } catch (error) {
        if (!left) setProblem(explain(error));
      }
    };
    void ask();
    return () => {
      left = true;
      clearTimeout(renewal);
    };
  }, [previewUrl, projectId, version, reloads]);
  return { url, problem, reload };
}
