import { z } from "zod";
import type { Ready } from "./dev.ts";

const signUpSchema = z.object({ user: z.looseObject({ id: z.string() }), token: z.string() });
const tokenSchema = z.object({ token: z.string() });
const sandboxesSchema = z.object({
  items: z.array(
    z.looseObject({
      id: z.string(),
      name: z.string(),
      state: z.string(),
      labels: z.record(z.string(), z.string()),
    }),
  ),
});

/** Someone who has an account at Clerk. */
export interface Person {
  /** Clerk's id, the token's `sub`. */
  id: string;
  /** The session token of the moment of signing up. */
  token: string;
}

/** Signs someone up at the Clerk emulator, which tells the backend by webhook. */
export async function signUp(
  dev: Pick<Ready, "clerkUrl">,
  email: string,
  first_name: string,
): Promise<Person> {
  const answer = signUpSchema.parse(await post(`${dev.clerkUrl}/sign-ups`, { email, first_name }));
  return { id: answer.user.id, token: answer.token };
}

/** A fresh session token for someone who is signed in already. */
export async function freshToken(
  dev: Pick<Ready, "clerkUrl">,
  user: Pick<Person, "id">,
): Promise<string> {
  return tokenSchema.parse(await post(`${dev.clerkUrl}/tokens`, { user_id: user.id })).token;
}

/** The sandboxes that exist at the Daytona emulator, as its own API lists them. */
export async function listSandboxes(dev: Pick<Ready, "daytonaUrl" | "daytonaApiKey">) {
  const response = await fetch(`${dev.daytonaUrl}/sandbox?limit=100`, {
    headers: { authorization: `Bearer ${dev.daytonaApiKey}` },
  });
  return sandboxesSchema.parse(await response.json()).items;
}

async function post(url: string, body: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) {
    throw new Error(`POST ${url} was answered with ${response.status}: ${await response.text()}`);
  }
  return await response.json();
}
