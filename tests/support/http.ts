/** A request with a JSON body, or with whatever text pretends to be one. */
export async function postRaw(
  url: string,
  body: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; text: string; code: string | undefined }> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
    signal: AbortSignal.timeout(30_000),
  });
  const text = await response.text();
  return { status: response.status, text, code: codeIn(text) };
}

/** The `code` of an error that the deployment answers with, if it is one. */
function codeIn(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("code" in value)) return undefined;
    return typeof value.code === "string" ? value.code : undefined;
  } catch {
    return undefined;
  }
}
