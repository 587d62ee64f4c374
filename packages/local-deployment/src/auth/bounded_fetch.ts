/** The part of `fetch` that is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** How a provider is asked. */
export interface FetchOptions {
  readonly fetch: Fetch;
  /** The most a whole request may take, its body included, in milliseconds. */
  readonly timeoutMs: number;
}

/** A response that was read whole. */
export interface FetchedText {
  readonly status: number;
  readonly statusText: string;
  readonly contentType: string | null;
  readonly body: string;
}

// Key sets have a few kilobytes; a far larger response is not one, or is an attack.
const MAX_BODY_BYTES = 256 * 1024;

/**
 * Fetches a small text in bounded time.
 *
 * @param url - An http or https URL.
 * @param options - The fetch to use and the time it has.
 * @returns The response, of whatever status.
 * @throws Error when there is no response in time, or it is too large.
 */
export async function fetchText(url: string, options: FetchOptions): Promise<FetchedText> {
  // Some implementations of fetch read files as well.
  if (!/^https?:\/\//i.test(url)) throw new Error(`${url} is not an http or https URL`);
  const controller = new AbortController();
  // Not `AbortSignal.timeout` alone: a fetch that ignores its signal must not block the caller.
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`no answer within ${options.timeoutMs} ms`);
      controller.abort(error);
      reject(error);
    }, options.timeoutMs);
  });
  try {
    return await Promise.race([readAll(url, options.fetch, controller), deadline]);
  } finally {
    clearTimeout(timer);
  }
}

async function readAll(
  url: string,
  doFetch: Fetch,
  controller: AbortController,
): Promise<FetchedText> {
  const response = await doFetch(url, {
    headers: { accept: "application/json" },
    signal: controller.signal,
  });
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) {
      controller.abort();
      throw new Error(`the response is larger than ${MAX_BODY_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  return {
    status: response.status,
    statusText: response.statusText,
    contentType: response.headers.get("content-type"),
    body: Buffer.concat(chunks).toString("utf8"),
  };
}
