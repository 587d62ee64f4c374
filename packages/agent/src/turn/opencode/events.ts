/** The events of opencode 1.18 that the launcher reads, as far as it reads them. */
import * as z from "zod/mini";

/** Before each event that the plugin prints. */
const EVENT_PREFIX = "quaver:event ";

const id = z.string();
const optionalText = z.optional(z.string());

const textPart = z.object({
  type: z.enum(["text", "reasoning"]),
  id,
  messageID: id,
  sessionID: id,
  text: z.string(),
  /** Not the model's words, but opencode's own. */
  synthetic: z.optional(z.boolean()),
  time: z.optional(z.object({ end: z.optional(z.number()) })),
});

const toolPart = z.object({
  type: z.literal("tool"),
  id,
  messageID: id,
  sessionID: id,
  tool: z.string(),
  state: z.object({
    status: z.enum(["pending", "running", "completed", "error"]),
    input: z.optional(z.record(z.string(), z.unknown())),
    metadata: z.optional(z.object({ exit: z.optional(z.nullable(z.number())) })),
  }),
});

const modelError = z.object({
  name: z.string(),
  data: z.optional(
    z.object({
      message: optionalText,
      statusCode: z.optional(z.number()),
      responseBody: optionalText,
    }),
  ),
});

const event = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("session.created"),
    properties: z.object({ info: z.object({ id, parentID: z.optional(id) }) }),
  }),
  z.object({
    type: z.literal("message.updated"),
    properties: z.object({
      info: z.object({
        id,
        sessionID: id,
        role: z.string(),
        /** The conversation so far, made short: it is for the model. */
        summary: z.optional(z.unknown()),
      }),
    }),
  }),
  z.object({
    type: z.literal("message.part.updated"),
    properties: z.object({ part: z.discriminatedUnion("type", [textPart, toolPart]) }),
  }),
  z.object({
    type: z.literal("message.part.delta"),
    properties: z.object({ sessionID: id, partID: id, field: z.string(), delta: z.string() }),
  }),
  z.object({
    type: z.literal("session.status"),
    properties: z.object({
      sessionID: id,
      status: z.discriminatedUnion("type", [
        z.object({ type: z.literal("busy") }),
        z.object({ type: z.literal("idle") }),
        z.object({
          type: z.literal("retry"),
          /** 1 when a request has failed for the first time. */
          attempt: z.number(),
          message: z.string(),
          /** When it is sent again, in epoch milliseconds. */
          next: z.number(),
        }),
      ]),
    }),
  }),
  z.object({
    type: z.literal("session.error"),
    properties: z.object({ sessionID: z.optional(id), error: z.optional(modelError) }),
  }),
]);

/** One of opencode's events. */
export type OpencodeEvent = z.infer<typeof event>;

/** A part of an answer: words or reasoning. */
export type TextPart = z.infer<typeof textPart>;

/** A use of a tool. */
export type ToolPart = z.infer<typeof toolPart>;

/** What went wrong, as opencode says it. */
export type ModelError = z.infer<typeof modelError>;

/** Reads a line of opencode's standard output; undefined unless it is one of the events above. */
export function readEvent(line: string): OpencodeEvent | undefined {
  if (!line.startsWith(EVENT_PREFIX)) return undefined;
  try {
    return event.safeParse(JSON.parse(line.slice(EVENT_PREFIX.length))).data;
  } catch {
    return undefined; // it was cut off
  }
}
