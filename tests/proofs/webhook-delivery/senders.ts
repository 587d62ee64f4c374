/** What the histories need done at the emulators, by their own addresses. */
import type { World as Services } from "../../support/world.ts";
import type { SandboxState } from "./daytona-life.ts";
import type { World } from "./world.ts";

const POLL_MS = 2;

/** Clerk: by its sign-up page, and as its dashboard does. */
export function clerkOf({ clerk }: Services): World["clerk"] {
  const authorization = `Bearer ${clerk.secretKey}`;
  let count = 0;
  return {
    signUp: async (first_name) => {
      const email = `person-${++count}@example.com`;
      const answer = await send("POST", `${clerk.url}/sign-ups`, {}, { email, first_name });
      const { user } = (await answer.json()) as { user: { id: string } };
      return user.id;
    },
    rename: async (id, first_name) => {
      await send("PATCH", `${clerk.url}/v1/users/${id}`, { authorization }, { first_name });
    },
    remove: async (id) => {
      await send("DELETE", `${clerk.url}/v1/users/${id}`, { authorization });
    },
  };
}

/** How each state is asked for. */
const ASKED: Record<SandboxState, { method: string; path: string }> = {
  started: { method: "POST", path: "/start" },
  stopped: { method: "POST", path: "/stop" },
  archived: { method: "POST", path: "/archive" },
  destroyed: { method: "DELETE", path: "" },
};

/** Daytona: as its dashboard does. */
export function daytonaOf({ daytona }: Services): World["daytona"] {
  const headers = { authorization: `Bearer ${daytona.apiKey}` };
  const state = async (id: string): Promise<string | null> => {
    const answer = await fetch(`${daytona.url}/sandbox/${id}`, { headers });
    if (answer.status === 404) return null;
    return ((await answer.json()) as { state: string }).state;
  };
  return {
    change: async (id, to) => {
      const { method, path } = ASKED[to];
      await send(method, `${daytona.url}/sandbox/${id}${path}`, headers);
      const goal = to === "destroyed" ? null : to;
      while ((await state(id)) !== goal) await new Promise((done) => setTimeout(done, POLL_MS));
    },
    state,
  };
}

/** Pays with a card that works, on a checkout's page. */
export async function payAt(url: string): Promise<void> {
  const answer = await fetch(url, {
    method: "POST",
    body: new URLSearchParams({ card: "works" }),
    redirect: "manual",
  });
  if (answer.status !== 303) throw new Error(`This checkout can't be paid: ${answer.status}`);
}

/** Has time and banks do something to a subscription, at the Stripe emulator at `url`. */
export async function meetAt(url: string, id: string, fate: object): Promise<void> {
  await send("POST", `${url}/_subscriptions/${id}`, {}, fate);
}

async function send(
  method: string,
  url: string,
  headers: Record<string, string>,
  body?: object,
): Promise<Response> {
  const answer = await fetch(url, {
    method,
    headers: { "content-type": "application/json", ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${await answer.text()}`);
  return answer;
}
