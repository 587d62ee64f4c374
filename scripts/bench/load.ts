/** Throughput and latency of one server. */
export interface Measured {
  perSecond: number;
  /** The 50th and the 99th percentile of the latencies, in milliseconds. */
  p50: number;
  p99: number;
}

/** Requests under way at once. */
const CLIENTS = 8;

/**
 * Sends requests for about `seconds`, `CLIENTS` at a time, after a warm-up of a quarter of that.
 * @throws Error when one is refused
 */
export async function measure(
  send: (i: number) => Promise<void>,
  seconds: number,
): Promise<Measured> {
  let sent = 0;
  const runFor = async (ms: number): Promise<number[]> => {
    const end = performance.now() + ms;
    const times: number[] = [];
    const client = async () => {
      while (performance.now() < end) {
        const started = performance.now();
        await send(sent++);
        times.push(performance.now() - started);
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
    return times.sort((a, b) => a - b);
  };
  await runFor((seconds * 1000) / 4);
  const started = performance.now();
  const times = await runFor(seconds * 1000);
  const elapsed = (performance.now() - started) / 1000;
  const at = (share: number) => times[Math.floor(times.length * share)] ?? 0;
  return { perSecond: times.length / elapsed, p50: at(0.5), p99: at(0.99) };
}

/** A caller of one function over HTTP. */
export function caller(url: string, kind: "query" | "mutation") {
  return async (path: string, args: Record<string, unknown>): Promise<void> => {
    const response = await fetch(`${url}/api/${kind}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ path, args: [args], format: "convex_encoded_json" }),
    });
    const answer = (await response.json()) as { status?: string }; // only its status is looked at
    if (answer.status !== "success") throw new Error(`${path}: ${JSON.stringify(answer)}`);
  };
}
