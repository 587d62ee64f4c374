/** The Clerk emulator, as a front end calls it. */
import { CLERK_EMULATOR_URL } from "../env";

/** Someone who can sign in there. */
export interface Person {
  id: string;
  email: string;
  first_name: string | null;
  last_name: string | null;
}

/** Who someone new is. */
export interface NewPerson {
  email: string;
  first_name?: string;
  last_name?: string;
}

const RETRY_MS = 1000;

/** Everyone who has signed up. */
export async function listPeople(): Promise<Person[]> {
  const response = await fetch(address("/users"));
  // The emulator is part of this repository, and answers as its own `GET /users` says.
  return (await response.json()) as Person[];
}

/** @returns the new person's id, or in words why there is none */
export async function signUp(person: NewPerson): Promise<{ id: string } | { problem: string }> {
  const response = await post("/sign-ups", person);
  // As above: `POST /sign-ups`, and Clerk's form of an error.
  const answer = (await response.json()) as
    { user: { id: string } } | { errors: { message: string }[] };
  if ("user" in answer) return { id: answer.user.id };
  return { problem: inWords(answer.errors[0]?.message ?? "That did not work. Try again.") };
}

/** Clerk's API names the field that it did not take; people know it by its label. */
function inWords(message: string): string {
  if (message.startsWith("email:"))
    return "That is not a whole e-mail address: name@example.com is.";
  if (/^\w+_name:/.test(message)) return "That name is too long.";
  return message;
}

/** A short-lived token; null when there is no such person any more. Waits for the emulator to answer. */
export async function fetchToken(personId: string): Promise<string | null> {
  for (;;) {
    try {
      const response = await post("/tokens", { user_id: personId });
      if (response.status === 404) return null;
      // As above: `POST /tokens`.
      if (response.ok) return ((await response.json()) as { token: string }).token;
    } catch {
      // Not there at the moment: someone who is signed in stays so.
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
