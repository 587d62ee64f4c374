/** Receiving Svix-signed webhooks: bounded body, signature over the raw text, then JSON. */
import { Webhook } from "svix";

/** The largest delivery that is read, in bytes. All senders' are a few kilobytes. */
export const MAX_WEBHOOK_BYTES = 1024 * 1024;

/** A delivery: either trusted and parsed, or the answer that refuses it. */
export type Delivery = { ok: true; payload: unknown } | { ok: false; response: Response };

/**
 * Reads and verifies a delivery.
 *
 * @param secretName - the environment variable that holds the secret, for the operator's log
 * @param secret - its value (`whsec_…`), if there is one
 * @returns the parsed body, or: 500 without a usable secret (the operator's fault: Svix retries),
 *   413 above `MAX_WEBHOOK_BYTES`, 400 when the signature is bad or the body is not JSON
 */
export async function receiveSvixWebhook(
  request: Request,
  secretName: string,
  secret: string | undefined,
): Promise<Delivery> {
  const webhook = webhookFor(secretName, secret);
  if (webhook === null) return refusal(500, "Webhook not configured");
  const body = await readText(request, MAX_WEBHOOK_BYTES);
  if (body === null) return refusal(413, "Payload too large");
  try {
    webhook.verify(body, Object.fromEntries(request.headers));
  } catch {
    return refusal(400, "Invalid signature");
  }
  try {
    return { ok: true, payload: JSON.parse(body) };
  } catch {
    return refusal(400, "Invalid JSON");
  }
}

function refusal(status: number, text: string): Delivery {
  return { ok: false, response: new Response(text, { status }) };
}

function webhookFor(secretName: string, secret: string | undefined): Webhook | null {
  if (!secret) {
    console.error(`${secretName} is not set: webhook deliveries are refused until it is.`);
    return null;
  }
  try {
    return new Webhook(secret);
  } catch {
    console.error(`${secretName} is not a signing secret ("whsec_" and base64).`);
    return null;
  }
}

/**
 * Reads a body as text, up to a limit. `content-length` is only believed when it says "too large":
 * a sender may leave it out or lie, so that the bytes are counted as they come.
 *
 * @returns null when the body is larger than `maxBytes`
 */
export async function readText(request: Request, maxBytes: number): Promise<string | null> {
  if (Number(request.headers.get("content-length")) > maxBytes) return null;
  if (request.body === null) return "";
  const reader = request.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > maxBytes) {
      await reader.cancel();
      return null;
    }
    text += decoder.decode(value, { stream: true });
  }
}
