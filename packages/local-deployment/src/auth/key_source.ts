import { errors } from "jose";
import { AuthError } from "./auth_error.ts";
import type { FetchOptions } from "./bounded_fetch.ts";
import type { Provider } from "./provider.ts";
import { loadKeys, type ProviderKeys } from "./provider_keys.ts";

// A key set is fetched again after this time, so that a revoked key stops working.
const MAX_AGE_MS = 10 * 60_000;

// A token with an unknown key may mean new keys, or a token that is not this provider's: keys are fetched again this often at most.
const COOLDOWN_MS = 30_000;

/** One provider's keys, kept for a while. A failure to fetch them is not kept. */
export class KeySource {
  private kept: { readonly keys: ProviderKeys; readonly since: number } | undefined;
  private pending: Promise<ProviderKeys> | undefined;

  /**
   * @param provider - The provider.
   * @param options - How to fetch them.
   * @param now - The time in milliseconds.
   */
  constructor(
    private readonly provider: Provider,
    private readonly options: FetchOptions,
    private readonly now: () => number,
  ) {}

  /**
   * Calls `use` with the keys, and once more with newly fetched ones when a key is missing.
   *
   * @param use - What to do; it throws jose's `JWKSNoMatchingKey` when a key is missing, and an
   *   AuthError `AuthProviderDiscoveryFailed` when the provider describes itself wrongly.
   */
  async withKeys<T>(use: (keys: ProviderKeys) => Promise<T>): Promise<T> {
    const age = this.age();
    const keys = age < MAX_AGE_MS && this.kept ? this.kept.keys : await this.load();
    try {
      return await use(keys);
    } catch (error) {
      if (!mayBeOutdated(error) || this.age() < COOLDOWN_MS) throw error;
      return use(await this.load());
    }
  }

  private age(): number {
    return this.kept === undefined ? Infinity : this.now() - this.kept.since;
  }

  /** Fetches the keys, once for concurrent callers. */
  private load(): Promise<ProviderKeys> {
    this.pending ??= loadKeys(this.provider, this.options)
      .then((keys) => {
        this.kept = { keys, since: this.now() };
        return keys;
      })
      .finally(() => {
        this.pending = undefined;
      });
    return this.pending;
  }
}

function mayBeOutdated(error: unknown): boolean {
  if (error instanceof AuthError) return error.code === "AuthProviderDiscoveryFailed";
  return error instanceof errors.JWKSNoMatchingKey;
}
