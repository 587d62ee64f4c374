import { CHUNK_LENGTH } from "../limits/requests.ts";
import { z } from "zod";
import { messageOf } from "../lib/errors.ts";
import { parseWireJson } from "../values/encoding/json_text.ts";
import { encodeTs } from "./timestamp.ts";

const args = z.array(z.json());
const componentPath = z.string().optional();

/** The messages of clients (convex/src/browser/sync/protocol.ts). */
const clientMessage = z.discriminatedUnion("type", [
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
/** Any message of a client. */
export type ClientMessage = z.infer<typeof clientMessage>;
/** A message of one type. */
export type ClientMessageOf<T extends ClientMessage["type"]> = Extract<ClientMessage, { type: T }>;

/** Reads a message. @throws Error `BadJsonMessage` or `BadMessage` */
export function parseMessage(text: string | Uint8Array): ClientMessage {
  if (typeof text !== "string") throw new Error("BadMessage: messages are text, not binary");
  let json: unknown;
  try {
    json = parseWireJson(text);
  } catch (error) {
    throw new Error(`BadJsonMessage: the message is not valid JSON: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const parsed = clientMessage.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]?.message ?? "not a message of the sync protocol";
  throw new Error(`BadMessage: ${issue}`);
}

/** The version of a session's state, as both sides count it. */
export interface StateVersion {
  readonly querySet: number;
  readonly identity: number;
  /** Nanoseconds. */
  readonly ts: bigint;
}

/** A version as clients read it. */
export function encodeVersion({ querySet, identity, ts }: StateVersion) {
  return { querySet, identity, ts: encodeTs(ts) };
}

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
