/** The Clerk emulator, as a front end calls it. */
import { CLERK_EMULATOR_URL } from "../../env";
import { text } from "../../text";

/** A user who can sign in there. */
export interface EmulatorUser {
  id: string;
  email: string;
  first_name: string | null;
  last_name: string | null;
}

/** What signing up takes. */
export interface NewUser {
  email: string;
  first_name?: string;
  last_name?: string;
}

const RETRY_MS = 1000;

/** All users. */
export async function listUsers(): Promise<EmulatorUser[]> {
  const response = await fetch(address("/users"));
  // The emulator is part of this repository, and answers as its own `GET /users` says.
  return (await response.json()) as EmulatorUser[];
}

/** @returns the new user's id, or a message why there is none */
export async function signUp(user: NewUser): Promise<{ id: string } | { error: string }> {
  const response = await post("/sign-ups", user);
  // As above: `POST /sign-ups`, and Clerk's form of an error.
  const answer = (await response.json()) as
    { user: { id: string } } | { errors: { message: string }[] };
  if ("user" in answer) return { id: answer.user.id };
  return { error: messageFor(answer.errors[0]?.message ?? text.emulator.signUpFailed) };
}

/** Clerk's API names the refused field; the form has labels. */
function messageFor(message: string): string {
  if (message.startsWith("email:")) return text.emulator.emailInvalid;
  if (/^\w+_name:/.test(message)) return text.emulator.nameTooLong;
  return message;
}

/** A short-lived token; null when the user no longer exists. Retries until the emulator answers. */
export async function fetchToken(userId: string): Promise<string | null> {
  for (;;) {
    try {
      const response = await post("/tokens", { user_id: userId });
      if (response.status === 404) return null;
      // As above: `POST /tokens`.
      if (response.ok) return ((await response.json()) as { token: string }).token;
    } catch {
      // The emulator is away: whoever is signed in stays signed in.
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

function post(path: string, body: unknown): Promise<Response> {
  return fetch(address(path), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

function address(path: string): string {
  if (!CLERK_EMULATOR_URL) {
    throw new Error("Set VITE_CLERK_PUBLISHABLE_KEY, or VITE_CLERK_EMULATOR_URL.");
  }
  return CLERK_EMULATOR_URL + path;
}
