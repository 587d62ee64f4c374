/**
 * Limits on what clients send, checked by the backend. Front ends may import this file: it imports nothing.
 * Lengths are in characters, counted as UTF-16 units, as the `maxlength` of an input field counts them.
 */

/** Length of a project's name, after trimming. */
export const MAX_NAME_LENGTH = 100;

/** Length of a prompt: about five pages, so that a list of 200 projects stays below 16 MiB. */
export const MAX_PROMPT_LENGTH = 20_000;

/** Length of a message's `content`. */
export const MAX_MESSAGE_LENGTH = 100_000;

/** Number of a message's `parts`. */
export const MAX_MESSAGE_PARTS = 200;

/** Prompts of a project that may wait while the agent works on another. */
export const MAX_QUEUED_TURNS = 5;

/** Bytes of a download of an app, compressed. */
export const MAX_DOWNLOAD_BYTES = 200_000_000;

/** Projects that a user may have on each plan, at most 200: lists show no more. */
export const MAX_PROJECTS = { free: 10, pro: 200 } as const;

/** Length of a `clientProjectId` or `clientMessageId`. A UUID has 36. */
export const MAX_CLIENT_ID_LENGTH = 128;
