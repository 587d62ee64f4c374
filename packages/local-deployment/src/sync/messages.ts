import { z } from "zod";

const args = z.array(z.json());
const componentPath = z.string().optional();

/** What a client sends (convex/src/browser/sync/protocol.ts). */
export const clientMessage = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("Connect"),
    sessionId: z.string().max(100),
    connectionCount: z.number(),
    lastCloseReason: z.string().nullish(),
    maxObservedTimestamp: z.string().optional(),
    clientTs: z.number().optional(),
  }),
  z.object({
    type: z.literal("Authenticate"),
    tokenType: z.enum(["Admin", "User", "None"]),
    value: z.string().optional(),
    baseVersion: z.int(),
    impersonating: z.record(z.string(), z.json()).optional(),
  }),
  z.object({
    type: z.literal("ModifyQuerySet"),
    baseVersion: z.int(),
    newVersion: z.int(),
    modifications: z.array(
      z.discriminatedUnion("type", [
        z.object({
          type: z.literal("Add"),
          queryId: z.int(),
          udfPath: z.string(),
          args,
          journal: z.string().nullish(),
          componentPath,
        }),
        z.object({ type: z.literal("Remove"), queryId: z.int() }),
      ]),
    ),
  }),
  z.object({
    type: z.literal("Mutation"),
    requestId: z.int(),
    udfPath: z.string(),
    args,
    componentPath,
  }),
  z.object({
    type: z.literal("Action"),
    requestId: z.int(),
    udfPath: z.string(),
    args,
    componentPath,
  }),
  z.object({ type: z.literal("Event"), eventType: z.string(), event: z.unknown() }),
]);
export type ClientMessage = z.infer<typeof clientMessage>;
export type ClientMessageOf<T extends ClientMessage["type"]> = Extract<ClientMessage, { type: T }>;

/** What a session is at, as both sides count it. */
export interface StateVersion {
  readonly querySet: number;
  readonly identity: number;
  /** Nanoseconds. */
  readonly ts: bigint;
}

export function encodeVersion(version: StateVersion) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(version.ts);
  return { querySet: version.querySet, identity: version.identity, ts: bytes.toString("base64") };
}

/** Messages above this many characters are sent in parts (production's threshold). */
const CHUNK_LENGTH = 5_000_000;

/** A transition, cut into parts when it is long. */
export function chunked(message: string): string[] {
  if (message.length <= CHUNK_LENGTH) return [message];
  const totalParts = Math.ceil(message.length / CHUNK_LENGTH);
  const transitionId = crypto.randomUUID();
  return Array.from({ length: totalParts }, (_, partNumber) =>
    JSON.stringify({
      type: "TransitionChunk",
      chunk: message.slice(partNumber * CHUNK_LENGTH, (partNumber + 1) * CHUNK_LENGTH),
      partNumber,
      totalParts,
      transitionId,
    }),
  );
}
