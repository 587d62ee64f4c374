import { z } from "zod";
import type { AuthProvider } from "../engine/analysis.ts";
import type { CompiledModule } from "../runtime/compile.ts";
import type { Scope } from "../runtime/globals.ts";
import { ModuleLoader } from "../runtime/loader.ts";
import { failureOf } from "../runtime/failure.ts";
import { parseProvider } from "../auth/provider.ts";
import { configOf } from "../auth/stored_provider.ts";
import { messageOf } from "../errors.ts";
import { PushError } from "./errors.ts";

const provider = z.union([
  z
    .object({
      type: z.literal("customJwt"),
      applicationID: z.string().nullish(),
      issuer: z.string(),
      jwks: z.string(),
      algorithm: z.enum(["RS256", "ES256"]),
    })
    .transform(({ applicationID, ...rest }) => ({ ...rest, applicationID: applicationID ?? null })),
  z.object({ domain: z.string(), applicationID: z.string() }),
]);
const authConfig = z.object({ providers: z.array(provider) });

/** A `process.env` that refuses names that are not set, as production does for auth.config.ts. */
export function strictEnv(environment: Readonly<Record<string, string>>): Record<string, string> {
  return new Proxy(
    { ...environment },
    {
      get: (values, name) => {
        if (typeof name === "string" && !Object.hasOwn(values, name)) {
          throw new PushError(
            "AuthConfigMissingEnvironmentVariable",
            `Environment variable ${name} is used in auth config file but its value was not set.`,
          );
        }
        const value: unknown = Reflect.get(values, name);
        return value;
      },
    },
  );
}

/** Evaluates `auth.config.ts`. @throws PushError, also when it reads a variable that isn't set */
export function evaluateAuthConfig(
  modules: readonly CompiledModule[],
  scope: Scope,
): AuthProvider[] {
  const module = modules.find(({ path }) => path === "auth.config.js");
  if (module === undefined) return [];
  const loader = new ModuleLoader((path) => modules.find((m) => m.path === path), scope);
  let config: unknown;
  try {
    config = loader.load(module.path).default;
  } catch (error) {
    if (error instanceof PushError) throw error;
    throw new PushError("InvalidAuthConfig", `auth.config.ts: ${failureOf(error).message}`);
  }
  const parsed = authConfig.safeParse(config);
  if (!parsed.success) {
    throw new PushError("InvalidAuthConfig", `auth.config.ts: ${z.prettifyError(parsed.error)}`);
  }
  for (const provider of parsed.data.providers) checkProvider(provider);
  return parsed.data.providers;
}

/** What the verifier would refuse must not become active: the deployment would not start with it. */
function checkProvider(config: AuthProvider): void {
  try {
    parseProvider(configOf(config));
  } catch (error) {
    throw new PushError("InvalidAuthConfig", `auth.config.ts: ${messageOf(error)}`);
  }
}
