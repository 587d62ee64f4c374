import { persistedSecret } from "../shared/data-dir.ts";
import type { Emulator, EmulatorOptions } from "../shared/emulator.ts";
import { startEmulator } from "../shared/emulator.ts";
import { clerkApp } from "./app.ts";
import { openUserStore } from "./user-store.ts";
import { clerkId } from "./user.ts";
import { openTokenSigner } from "./tokens.ts";

/** How to start a Clerk emulator. */
export interface ClerkEmulatorOptions extends EmulatorOptions {
  /** `iss` of the tokens; the emulator's URL unless given. */
  issuer?: string | undefined;
  /** The Backend API's key; generated at the first start unless given. */
  secretKey?: string | undefined;
  /** How long a token is valid; 60 seconds, as Clerk's are, unless given. */
  tokenTtlSeconds?: number | undefined;
}

/** A running Clerk emulator. */
export interface ClerkEmulator extends Emulator {
  issuer: string;
  secretKey: string;
}

const TOKEN_TTL_SECONDS = 60;

/**
 * Starts the Clerk emulator on loopback.
 *
 * @throws EmulatorError `EADDRINUSE`, `DATA_DIR_IN_USE` or `DATA_CORRUPT`.
 */
export async function startClerkEmulator(options: ClerkEmulatorOptions): Promise<ClerkEmulator> {
  const { dataDir, tokenTtlSeconds: ttlSeconds = TOKEN_TTL_SECONDS } = options;
  let secretKey = options.secretKey ?? "";
  const emulator = await startEmulator("clerk", options, async (ctx, url) => {
    secretKey ||= persistedSecret(dataDir, "clerk-secret-key", () => clerkId("sk_test"));
    const issuer = options.issuer ?? url;
    const signer = await openTokenSigner({ ...ctx, issuer, ttlSeconds });
    const users = openUserStore(ctx);
    return { app: clerkApp({ ...ctx, users, signer, issuer, secretKey }) };
  });
  return { ...emulator, issuer: options.issuer ?? emulator.url, secretKey };
}
