/** Where everything is: from the environment of Vite, or a build's. */

/** @throws when the variable is missing, since nothing can work without */
function required(name: string, value: string | undefined): string {
  if (!value) throw new Error(`${name} is not set: see .env.example.`);
  return value;
}

/** The Convex deployment. */
export const CONVEX_URL = required("VITE_CONVEX_URL", import.meta.env.VITE_CONVEX_URL);

/** Clerk's publishable key; without it, people sign in at the emulator. */
export const CLERK_PUBLISHABLE_KEY = import.meta.env.VITE_CLERK_PUBLISHABLE_KEY;

/** The Clerk emulator's address, for development without an account at Clerk. */
export const CLERK_EMULATOR_URL = import.meta.env.VITE_CLERK_EMULATOR_URL;
