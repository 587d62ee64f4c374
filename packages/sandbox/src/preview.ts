/** What a preview shows. */

/** A URL at which anyone can see a port of a sandbox. */
export interface Preview {
  url: string;
  /** Epoch milliseconds. */
  expiresAt: number;
  /** Whether an app listens at the port. */
  isListening: boolean;
}

/** For how long an app may take to answer. It listens, if it takes longer. */
const ANSWER_MS = 2000;

/** How Daytona's proxy answers when nothing listens at the port (v0.190, `libs/common-go/pkg/proxy`). */
const BAD_GATEWAY = 502;

/**
 * Asks whether an app listens at a preview's URL. Taken for true where that can't be told.
 *
 * @param url - a signed one
 */
export async function isListening(url: string): Promise<boolean> {
  try {
    const { status } = await fetch(url, {
      method: "HEAD",
      headers: { "X-Daytona-Skip-Preview-Warning": "true" },
      redirect: "manual",
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    return status !== BAD_GATEWAY;
  } catch {
    return true;
  }
}
