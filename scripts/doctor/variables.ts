/** The deployment's environment variables: how each must look, and what is off without it. */
import { Webhook } from "svix";
import type app from "../../convex/convex.config.ts";
import { parseAgentEnv } from "../../convex/turns/agent.ts";

/** A variable that `convex/convex.config.ts` declares. */
export type VariableName = keyof typeof app.env;

/** What is known about a variable. */
export interface Variable {
  /** What does not work without it; or for one that has a default, what is then the case. */
  without: string;
  /** Why nothing works without it: a push is refused. */
  required?: true;
  /** How its value must look; in words that can follow "should be". */
  form?: { words: string; test(value: string): boolean };
}

const WEB_ADDRESS = { words: "a web address (https://…)", test: isWebAddress };
const CLERK_KEY = {
  words: "a secret key of Clerk's (sk_…)",
  test: (text: string) => /^sk_\w{10,}$/.test(text),
};
const STRIPE_KEY = {
  words: "a secret or restricted key of Stripe's (sk_… or rk_…)",
  test: (text: string) => /^[sr]k_(test|live)_\w{10,}$/.test(text),
};
const SVIX_SECRET = { words: 'a signing secret ("whsec_" and base64)', test: isSvixSecret };
const STRIPE_SECRET = {
  words: "a signing secret (whsec_…)",
  test: (text: string) => /^whsec_\S+$/.test(text),
};
const PRICE = { words: "a price's id (price_…)", test: (text: string) => /^price_\w+$/.test(text) };
const AGENT_ENV = {
  words: "a JSON object of strings, no name beginning with QUAVER_ but QUAVER_MODEL…",
  test: (text: string) => parseAgentEnv(text) !== null,
};
const ONE_WORD = { words: "one word, without blanks", test: (text: string) => /^\S+$/.test(text) };

/** Every variable, in the order of what matters first. */
export const VARIABLES: Record<VariableName, Variable> = {
  CLERK_JWT_ISSUER_DOMAIN: {
    without: "nobody can sign in, and a push is refused",
    required: true,
    form: WEB_ADDRESS,
  },
  CLERK_WEBHOOK_SECRET: {
    without: "who signs up gets no further than “No Clerk User”, unless CLERK_SECRET_KEY is set",
    form: SVIX_SECRET,
  },
  CLERK_SECRET_KEY: {
    without: "nobody can delete their account, and a first sign-in waits for the webhook",
    form: CLERK_KEY,
  },
  CLERK_API_URL: { without: "Clerk's own address is used", form: WEB_ADDRESS },
  DAYTONA_API_KEY: {
    without: "every new project fails: there are no sandboxes",
    form: ONE_WORD,
  },
  DAYTONA_WEBHOOK_SECRET: {
    without: "a sandbox that stops by itself is noticed minutes later",
    form: SVIX_SECRET,
  },
  DAYTONA_API_URL: { without: "Daytona's own address is used", form: WEB_ADDRESS },
  DAYTONA_TARGET: { without: "sandboxes are in the organisation's own region", form: ONE_WORD },
  QUAVER_SNAPSHOT: { without: "sandboxes are made from quaver-agent", form: ONE_WORD },
  QUAVER_DEPLOYMENT: { without: "sandboxes are labelled with the deployment's name" },
  AGENT_COMMAND: { without: "no agent answers: a project is ready once its sandbox is" },
  AGENT_ENV: { without: "the agent has no variables of its own", form: AGENT_ENV },
  STRIPE_SECRET_KEY: {
    without: "payments are off, and everyone is on the free plan",
    form: STRIPE_KEY,
  },
  STRIPE_PRICE_PRO: {
    without: "there is nothing to buy, and everyone is on the free plan",
    form: PRICE,
  },
  STRIPE_WEBHOOK_SECRET: { without: "nobody gets what they have paid for", form: STRIPE_SECRET },
  SITE_URL: {
    without: "nobody can pay: Stripe's pages have nowhere to lead back to",
    form: WEB_ADDRESS,
  },
};

function isWebAddress(text: string): boolean {
  return /^https?:\/\/[^/?#\s]+/.test(text) && URL.canParse(text);
}

function isSvixSecret(text: string): boolean {
  try {
    return text.startsWith("whsec_") && new Webhook(text) instanceof Webhook;
  } catch {
    return false;
  }
}
