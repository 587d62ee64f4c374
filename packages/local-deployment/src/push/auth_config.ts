import { FILE_SECONDS } from "../limits/push.ts";
import { z } from "zod";
import type { AuthProvider } from "../engine/code/analysis.ts";
import type { CompiledModule } from "../runtime/modules/compile.ts";
import { providerConfigOf, parseProvider } from "../auth/provider.ts";
import { messageOf } from "../lib/errors.ts";
import { parseWellFormedJson } from "../values/encoding/json_text.ts";
import { PushError } from "./errors/push_error.ts";
import { evaluateFile } from "./evaluate_file.ts";
import type { ImportHosts } from "./import_hosts.ts";
import { authErrors } from "./errors/definitions.ts";
import { moduleErrors } from "./errors/modules.ts";
import type { Timed } from "./time_limit.ts";

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
/** Issuers of many applications' tokens. */
const SHARED_ISSUERS = new Set(["https://api.workos.com", "https://api.workos.com/"]);

/** Production's text before the reason why an `auth.config.ts` is refused (crates/application/src/lib.rs). */
export const AUTH_EXPLANATIONS = {
  pushed: "The pushed auth config is invalid",
  variablesChanged: "This change would make the auth config invalid",
} as const;

/**
 * Evaluates `auth.config.ts` as production does (crates/isolate/src/environment/auth_config.rs).
 *
 * @param explanation - The text before the reason.
 * @throws PushError `InvalidAuthConfig`, or `AuthConfigMissingEnvironmentVariable` when it reads a
 *   variable that isn't set
 */
export function evaluateAuthConfig(
  module: CompiledModule,
  hosts: ImportHosts,
  timed: Timed,
  explanation: string,
): AuthProvider[] {
  const explained = (error: PushError) =>
    error.code === "InvalidAuthConfig"
      ? error.reworded((problem) => `${explanation}: ${problem}`)
      : error;
  const timeoutError = explained(authErrors.failed(`${moduleErrors.timedOut(FILE_SECONDS)}\n`));
  try {
    return timed({ seconds: FILE_SECONDS, timeoutError }, () => readProviders(module, hosts));
  } catch (error) {
    throw error instanceof PushError ? explained(error) : error;
  }
}

function readProviders(module: CompiledModule, hosts: ImportHosts): AuthProvider[] {
  const { exports, pushFailureText: failureText } = evaluateFile(
    module,
    hosts.authConfig,
    (error) => authErrors.failed(`${error}\n`),
  );
  const config = exports.default;
  if (config === undefined || config === null) throw authErrors.failed(authErrors.missingExport);
  const providers = listedProviders(serialized(config, failureText));
  providers.forEach(checkForConfusion);
  const parsed = providers.map(parseEntry);
  for (const entry of parsed) checkProvider(entry);
  return parsed;
}

/** What is left of a value once it has been JSON. */
function serialized(config: unknown, failureText: (error: unknown) => string): unknown {
  // Undefined for a function, which JSON.stringify's type does not tell.
  let text: unknown;
  try {
    text = JSON.stringify(config);
  } catch (error) {
    throw authErrors.failed(failureText(error));
  }
  if (typeof text !== "string") throw authErrors.failed(authErrors.unserializable);
  try {
    return parseWellFormedJson(text);
  } catch (error) {
    throw notProviders(messageOf(error));
  }
}

function listedProviders(config: unknown): readonly unknown[] {
  const listed = z.object({ providers: z.unknown() }).safeParse(config);
  if (!listed.success || listed.data.providers === undefined) {
    throw notProviders("missing field `providers`");
  }
  if (Array.isArray(listed.data.providers)) return listed.data.providers;
  throw notProviders("expected a sequence");
}

function parseEntry(entry: unknown): AuthProvider {
  const parsed = provider.safeParse(entry);
  if (parsed.success) return parsed.data;
  throw notProviders("data did not match any variant of untagged enum SerializedAuthInfo");
}

function notProviders(problem: string): PushError {
  return authErrors.failed(authErrors.notProviders(problem));
}

/** Mistakes that production has errors of their own for; other unknown fields are ignored. */
function checkForConfusion(entry: unknown, index: number): void {
  if (typeof entry !== "object" || entry === null) return;
  const fields = new Map<string, unknown>(Object.entries(entry));
  const given = fields.get("type");
  const type = typeof given === "string" ? given : "unknown";
  const issuer = fields.get("issuer");
  if (fields.has("applicationId") || fields.has("applicationid")) {
    throw notProviders(authErrors.applicationIdSpelling(index));
  }
  if (!["customJwt", "oidc", "unknown"].includes(type)) {
    throw notProviders(authErrors.unknownType(index, type));
  }
  if (type === "customJwt" && fields.has("domain")) {
    throw notProviders(authErrors.domainOfCustomJwt(index));
  }
  if (type !== "customJwt" && fields.has("issuer")) {
    throw notProviders(authErrors.issuerOfOidc(index));
  }
  if (!fields.has("applicationID") && typeof issuer === "string" && SHARED_ISSUERS.has(issuer)) {
    throw authErrors.failed(authErrors.sharedIssuer(index));
  }
}

/** What the verifier would refuse must not become active: the deployment would not start with it. */
function checkProvider(config: AuthProvider): void {
  try {
    parseProvider(providerConfigOf(config));
  } catch (error) {
    throw authErrors.failed(messageOf(error));
  }
}
