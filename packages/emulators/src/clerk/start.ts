import { keptSecret } from "../shared/data-dir.ts";
import type { Service, ServiceOptions } from "../shared/service.ts";
import { startService } from "../shared/service.ts";
import { clerkApp } from "./app.ts";
import { openDirectory } from "./directory.ts";
import { clerkId } from "./people.ts";
import { openMint } from "./tokens.ts";

/** See `startClerkEmulator`. */
export interface ClerkEmulatorOptions extends ServiceOptions {
  /** `iss` of the tokens; the emulator's own URL unless given. */
  issuer?: string | undefined;
  /** The Backend API's key; made at the first start unless given. */
  secretKey?: string | undefined;
  /** How long a token is good; 60 seconds as from Clerk, unless given. */
  tokenTtlSeconds?: number | undefined;
}

/** A running Clerk emulator. */
export interface ClerkEmulator extends Service {
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
  const service = await startService("clerk", options, async (foundations, url) => {
    secretKey ||= keptSecret(dataDir, "clerk-secret-key", () => clerkId("sk_test"));
    const issuer = options.issuer ?? url;
    const mint = await openMint({ ...foundations, issuer, ttlSeconds });
    const directory = openDirectory(foundations);
    return { app: clerkApp({ ...foundations, directory, mint, issuer, secretKey }) };
  });
  return { ...service, issuer: options.issuer ?? service.url, secretKey };
}
