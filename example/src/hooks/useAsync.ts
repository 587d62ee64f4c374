import { useEffect, useEffectEvent, useState } from "react";

/** What a call has returned, as far as it has. */
export interface Async<T> {
  /** Undefined until the first call has returned. Kept while the same thing is loaded again, and when that fails. */
  data: T | undefined;
  /** What the latest call threw; undefined when it returned, or is running. */
  error: unknown;
  isLoading: boolean;
  /** Calls again. */
  reload: () => void;
}

type State<T> = { key: string; data?: T; error?: unknown; settled?: string };

/**
 * Loads something by a call that is not live, such as an action. An answer that comes after a newer call was begun is
 * ignored.
 *
 * @param key - what is loaded; when it changes, the data of the one before is dropped
 * @param revision - loads the same thing again when it changes
 */
export function useAsync<T>(load: () => Promise<T>, key: string, revision = 0): Async<T> {
  const [reloads, setReloads] = useState(0);
  const [state, setState] = useState<State<T>>({ key });
  const call = useEffectEvent(load);
  const attempt = `${key} ${revision} ${reloads}`;
  useEffect(() => {
    let isLeft = false;
    const settle = (result: { data: T } | { error: unknown }): void => {
      if (isLeft) return;
      setState((before) => ({
        key,
        ...(before.key === key && before.data !== undefined && { data: before.data }),
        ...result,
        settled: attempt,
      }));
    };
    call().then(
      (data) => settle({ data }),
      (error: unknown) => settle({ error }),
    );
    return () => {
      isLeft = true;
    };
  }, [key, attempt]);
  const isLoading = state.settled !== attempt;
  return {
    data: state.key === key ? state.data : undefined,
    error: isLoading ? undefined : state.error,
    isLoading,
    reload: () => setReloads((count) => count + 1),
  };
}
