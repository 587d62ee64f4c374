/** Whether those services that the deployment calls answer with its keys: one cheap read each, made from here. */
import { z } from "zod";
import { usable, type ServiceCheck, type Values } from "./checks.ts";

const TIMEOUT_MS = 8_000;

/** Where the services are unless the environment says otherwise. */
const CLERK_API = "https://api.clerk.com";
const DAYTONA_API = "https://app.daytona.io/api";
const STRIPE_API = "https://api.stripe.com";

/** No user has this id; Clerk answers 404 if the key is good. */
const UNUSED_USER_ID = "user_000000000000000000000000000";

/** One read, and how to understand its answer. */
interface Question {
  url: string;
  headers?: Record<string, string>;
  /** Answers, beside a 2xx, that a good key gets. */
  alsoGood?: number[];
  /** What is wrong with the body of a good answer. */
  complaint?: (body: unknown) => string | undefined;
  /** What a 404 means. */
  missing?: string;
}

/** Asks every service at once. `stripeUrl` is where the deployment's calls to Stripe go, if that is elsewhere. */
export async function askServices(
  values: Values,
  { stripeUrl = STRIPE_API }: { stripeUrl?: string | undefined } = {},
): Promise<ServiceCheck[]> {
  const questions: [string, string, Question | undefined][] = [
    ["Sign-in (Clerk)", "CLERK_JWT_ISSUER_DOMAIN", aboutIssuer(values)],
    ["Clerk", "CLERK_SECRET_KEY", aboutClerk(values)],
    ["Daytona", "DAYTONA_API_KEY", aboutDaytona(values)],
    ["Stripe", "STRIPE_SECRET_KEY", aboutStripe(values, stripeUrl)],
  ];
  return await Promise.all(
    questions.map(async ([name, needs, question]): Promise<ServiceCheck> => {
      if (question === undefined) return { name, state: "unasked", why: `no usable ${needs}` };
      return { name, ...(await ask(question)) };
    }),
  );
}

/** Tokens are checked with what this document names. */
function aboutIssuer(values: Values): Question | undefined {
  const issuer = usable(values, "CLERK_JWT_ISSUER_DOMAIN");
  if (issuer === undefined) return undefined;
  return {
    url: `${withoutSlash(issuer)}/.well-known/openid-configuration`,
    missing: "there is no Clerk at CLERK_JWT_ISSUER_DOMAIN",
    complaint: (body) =>
      z.object({ issuer: z.literal(issuer) }).safeParse(body).success
        ? undefined
        : "what is at CLERK_JWT_ISSUER_DOMAIN calls itself something else (a slash too many?)",
  };
}

function aboutClerk(values: Values): Question | undefined {
  const key = usable(values, "CLERK_SECRET_KEY");
  if (key === undefined) return undefined;
  const api = usable(values, "CLERK_API_URL") ?? CLERK_API;
  return {
    url: `${withoutSlash(api)}/v1/users/${UNUSED_USER_ID}`,
    headers: bearer(key),
    alsoGood: [404],
  };
}

function aboutDaytona(values: Values): Question | undefined {
  const key = usable(values, "DAYTONA_API_KEY");
  if (key === undefined) return undefined;
  const api = usable(values, "DAYTONA_API_URL") ?? DAYTONA_API;
  return {
    url: `${withoutSlash(api)}/sandbox?limit=1`,
    headers: bearer(key),
    complaint: (body) =>
      z.object({ items: z.array(z.unknown()) }).safeParse(body).success
        ? undefined
        : "what is at DAYTONA_API_URL is not Daytona's API",
  };
}

/** With a price, it is the price that is asked for: a key of the other mode (test, live) doesn't know it. */
function aboutStripe(values: Values, stripeUrl: string): Question | undefined {
  const key = usable(values, "STRIPE_SECRET_KEY");
  if (key === undefined) return undefined;
  const price = usable(values, "STRIPE_PRICE_PRO");
  const path = price === undefined ? "prices?limit=1" : `prices/${price}`;
  return {
    url: `${stripeUrl}/v1/${path}`,
    headers: bearer(key),
    missing: "the key's account has no such price as STRIPE_PRICE_PRO",
  };
}

function bearer(key: string): Record<string, string> {
  return { authorization: `Bearer ${key}` };
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, "");
}

async function ask(question: Question): Promise<Omit<ServiceCheck, "name">> {
  const { url, headers = {}, alsoGood = [], complaint, missing } = question;
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
    text = await response.text();
  } catch (error) {
    const late = error instanceof Error && error.name === "TimeoutError";
    const why = late ? `no answer within ${TIMEOUT_MS / 1000} s` : "it can't be reached from here";
    return { state: "silent", why };
  }
  const { status } = response;
  if (alsoGood.includes(status)) return { state: "answers" };
  if (!response.ok) return refusal(status, missing);
  const why = complaint?.(parsed(text));
  return why === undefined ? { state: "answers" } : { state: "refuses", why };
}

function refusal(status: number, missing: string | undefined): Omit<ServiceCheck, "name"> {
  if (status >= 500) return { state: "silent", why: `it is in trouble (status ${status})` };
  if (status === 429) return { state: "answers", why: "it receives too many requests right now" };
  if (status === 404 && missing !== undefined) return { state: "refuses", why: missing };
  if (status === 401) return { state: "refuses", why: "it does not accept the key" };
  return { state: "refuses", why: `it does not allow this read (status ${status})` };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
