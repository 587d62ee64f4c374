import type { AuthProvider } from "convex/server";
import type { AuthProvider as StoredProvider } from "../engine/analysis.ts";

/** A stored provider as the `convex` package types it: an absent id is left out, not null. */
export function configOf(provider: StoredProvider): AuthProvider {
  if (!("type" in provider)) return provider;
  const { applicationID, ...rest } = provider;
  return applicationID === null ? rest : { ...rest, applicationID };
}
