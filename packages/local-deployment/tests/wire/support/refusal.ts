/** The refusal's text. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  return await call.then(
    (value) => `no refusal, but ${JSON.stringify(value)}`,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}
