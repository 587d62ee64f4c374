import { Hono } from "hono";
import { z } from "zod";
import { knownCallersOnly, readableFor } from "../shared/callers.ts";
import type { FaultDesk } from "../shared/faults.ts";
import type { EmulatorEnv } from "../shared/middleware.ts";
import { controls, hasBearer, limitedBody, readJson, withFaults } from "../shared/middleware.ts";
import type { Directory } from "./directory.ts";
import { clerkError, invalidParameter, userNotFound } from "./errors.ts";
import { signUpSchema, toUserJson, updateSchema } from "./people.ts";
import type { TokenMint } from "./tokens.ts";
import { discovery } from "./tokens.ts";

/** What the app serves. */
export interface ClerkParts {
  directory: Directory;
  mint: TokenMint;
  faults: FaultDesk;
  origins: readonly string[];
  issuer: string;
  secretKey: string;
}

const tokenRequestSchema = z.object({ user_id: z.string() });

/** The emulator's HTTP face: Clerk's Backend API, its Frontend API's keys, and sign-up. */
export function clerkApp(parts: ClerkParts): Hono<EmulatorEnv> {
  const app = new Hono<EmulatorEnv>();
  const { origins } = parts;
  app.use(knownCallersOnly({ origins }), readableFor(origins), limitedBody);
  app.route("/", controls(parts.faults));
  app.use(withFaults(parts.faults));
  app.route("/", frontend(parts));
  app.route("/v1", backendApi(parts));
  app.notFound((context) => {
    const what = `${context.req.method} ${context.req.path}`;
    return clerkError(context, 404, "resource_not_found", `the Clerk emulator has no ${what}`);
  });
  app.onError((error, context) => clerkError(context, 500, "internal_error", error.message));
  return app;
}

/** What a front end calls: sign-up, tokens, the chooser's list, and the keys tokens verify by. */
function frontend({ directory, mint, issuer }: ClerkParts): Hono<EmulatorEnv> {
  const app = new Hono<EmulatorEnv>();
  app.get("/.well-known/jwks.json", (context) => context.json(mint.jwks));
  app.get("/.well-known/openid-configuration", (context) => context.json(discovery(issuer)));
  app.get("/people", (context) =>
    context.json(
      directory.all().map((person) => ({
        id: person.id,
        email: person.email,
        first_name: person.firstName,
        last_name: person.lastName,
      })),
    ),
  );
  app.post("/sign-ups", async (context) => {
    const input = signUpSchema.safeParse(await readJson(context));
    if (!input.success) return invalidParameter(context, input.error);
    const person = directory.signUp(input.data);
    if (!person) {
      const message = "That email address is taken. Please try another.";
      return clerkError(context, 422, "form_identifier_exists", message);
    }
    const token = await mint.mint(person, partyOf(context.req.header("origin")));
    return context.json({ user: toUserJson(person), token });
  });
  app.post("/tokens", async (context) => {
    const input = tokenRequestSchema.safeParse(await readJson(context));
    if (!input.success) return invalidParameter(context, input.error);
    const person = directory.get(input.data.user_id);
    if (!person) return userNotFound(context);
    return context.json({ token: await mint.mint(person, partyOf(context.req.header("origin"))) });
  });
  return app;
}

/** Clerk's Backend API, as far as `@clerk/backend`'s `users.getUser`, `updateUser`, `deleteUser`. */
function backendApi({ directory, secretKey }: ClerkParts): Hono<EmulatorEnv> {
  const app = new Hono<EmulatorEnv>();
  app.use(async (context, next) => {
    if (!hasBearer(context, secretKey)) {
      const message = "The provided Clerk Secret Key is invalid.";
      return clerkError(context, 401, "clerk_key_invalid", message);
    }
    await next();
    return undefined;
  });
  app.get("/users/:id", (context) => {
    const person = directory.get(context.req.param("id"));
    return person ? context.json(toUserJson(person)) : userNotFound(context);
  });
  app.patch("/users/:id", async (context) => {
    const input = updateSchema.safeParse(await readJson(context));
    if (!input.success) return invalidParameter(context, input.error);
    const person = directory.get(context.req.param("id"));
    if (!person) return userNotFound(context);
    return context.json(toUserJson(directory.update(person, input.data)));
  });
  app.delete("/users/:id", (context) => {
    const person = directory.get(context.req.param("id"));
    if (!person) return userNotFound(context);
    directory.remove(person);
    return context.json({ id: person.id, object: "user", deleted: true });
  });
  return app;
}

/** `azp`: the front end's origin; programs have none and count as the usual one. */
function partyOf(origin: string | undefined): string {
  return origin ?? "http://localhost:3000";
}
