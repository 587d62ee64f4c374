/** The caller's identity, as `getUserIdentity()` returns it; null when signed out. */
export type Identity = Readonly<Record<string, unknown>> | null;

/** The request that started an execution. */
export interface RequestContext {
  readonly requestId: string;
  readonly identity: Identity;
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** The job that runs, when the scheduler started it. */
  readonly jobId: string | null;
}

/** Sixteen hexadecimal digits, as production's request ids. */
export function newRequestId(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(8))).toString("hex");
}
