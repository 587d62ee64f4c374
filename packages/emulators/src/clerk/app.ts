import { Hono } from "hono";
import { z } from "zod";
import { allowedOriginsOnly, corsFor } from "../shared/origins.ts";
import type { FaultInjector } from "../shared/faults.ts";
import type { EmulatorEnv } from "../shared/middleware.ts";
import { controlRoutes, hasBearer, limitBody, readJson, withFaults } from "../shared/middleware.ts";
import type { UserStore } from "./user-store.ts";
import { clerkError, invalidParameter, userNotFound } from "./errors.ts";
import { signUpSchema, toUserJson, updateSchema } from "./user.ts";
import type { TokenSigner } from "./tokens.ts";
import { discovery } from "./tokens.ts";

/** What the app is made of. */
export interface ClerkParts {
  users: UserStore;
  signer: TokenSigner;
  faults: FaultInjector;
  origins: readonly string[];
  issuer: string;
  secretKey: string;
}

const tokenRequestSchema = z.object({ user_id: z.string() });

/** At its root. */
const FRONT_PAGE = {
  service: "Clerk",
  about: "Clerk's backend SDK uses it as its API. Anybody may sign up, and become any user.",
  routes: {
    "GET /users": "the users",
    "POST /sign-ups":
      'signs up {"email"}, with "first_name" and "last_name" if you like; answers a token',
    "POST /tokens": 'a token for {"user_id"}, valid as long as Clerk\'s',
    "GET /.well-known/openid-configuration": "what checks the tokens",
    "/v1/users/…": "Clerk's Backend API, with its secret key",
  },
};

/** The emulator's HTTP app: Clerk's Backend API, and what front ends use of Clerk. */
export function clerkApp(parts: ClerkParts): Hono<EmulatorEnv> {
  const app = new Hono<EmulatorEnv>();
  const { origins } = parts;
  app.use(allowedOriginsOnly({ origins }), corsFor(origins), limitBody);
  app.route("/", controlRoutes(parts.faults, FRONT_PAGE));
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

/**
 * For front ends. The keys and their discovery are Clerk's own. `GET /users`, `POST /sign-ups` and `POST /tokens`
 * replace Clerk's sign-in pages: anyone may list the users and become one of them.
 */
function frontend({ users, signer, issuer }: ClerkParts): Hono<EmulatorEnv> {
  const app = new Hono<EmulatorEnv>();
  app.get("/.well-known/jwks.json", (context) => context.json(signer.jwks));
  app.get("/.well-known/openid-configuration", (context) => context.json(discovery(issuer)));
  app.get("/users", (context) =>
    context.json(
      users.all().map((user) => ({
        id: user.id,
        email: user.email,
        first_name: user.firstName,
        last_name: user.lastName,
      })),
    ),
  );
  app.post("/sign-ups", async (context) => {
    const input = signUpSchema.safeParse(await readJson(context));
    if (!input.success) return invalidParameter(context, input.error);
    const user = users.signUp(input.data);
    if (!user) {
      const message = "That email address is taken. Please try another.";
      return clerkError(context, 422, "form_identifier_exists", message);
    }
    const token = await signer.sign(user, authorizedParty(context.req.header("origin")));
    return context.json({ user: toUserJson(user), token });
  });
  app.post("/tokens", async (context) => {
    const input = tokenRequestSchema.safeParse(await readJson(context));
    if (!input.success) return invalidParameter(context, input.error);
    const user = users.get(input.data.user_id);
    if (!user) return userNotFound(context);
    return context.json({
      token: await signer.sign(user, authorizedParty(context.req.header("origin"))),
    });
  });
  return app;
}

/** Of Clerk's Backend API, what `getUser`, `updateUser` and `deleteUser` of `@clerk/backend` call. */
function backendApi({ users, secretKey }: ClerkParts): Hono<EmulatorEnv> {
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
    const user = users.get(context.req.param("id"));
    return user ? context.json(toUserJson(user)) : userNotFound(context);
  });
  app.patch("/users/:id", async (context) => {
    const input = updateSchema.safeParse(await readJson(context));
    if (!input.success) return invalidParameter(context, input.error);
    const user = users.get(context.req.param("id"));
    if (!user) return userNotFound(context);
    return context.json(toUserJson(users.update(user, input.data)));
  });
  app.delete("/users/:id", (context) => {
    const user = users.get(context.req.param("id"));
    if (!user) return userNotFound(context);
    users.remove(user);
    return context.json({ id: user.id, object: "user", deleted: true });
  });
  return app;
}

/** The token's `azp`: the front end's origin, or a common one for programs, which have none. */
function authorizedParty(origin: string | undefined): string {
  return origin ?? "http://localhost:3000";
}
