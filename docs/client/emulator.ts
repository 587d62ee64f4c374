/**
 * Signs a new user up at the Clerk emulator.
 *
 * @returns what Convex's client asks for a token whenever it needs one: each is good for a minute
 */
export async function signInToEmulator(
  clerkUrl: string,
  email: string,
): Promise<() => Promise<string>> {
  const post = async (path: string, body: Record<string, string>): Promise<Answer> => {
    const headers = { "content-type": "application/json" };
    const init = { method: "POST", headers, body: JSON.stringify(body) };
    const response = await fetch(clerkUrl + path, init);
    if (!response.ok) throw new Error(await response.text());
    return (await response.json()) as Answer; // the emulator's, whose page says what it answers
  };
  const { user } = await post("/sign-ups", { email });
  return async () => (await post("/tokens", { user_id: user.id })).token;
}

interface Answer {
  user: { id: string };
  token: string;
}
