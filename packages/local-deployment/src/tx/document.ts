import { convexToJson, jsonToConvex, type Value } from "convex/values";
import { parseJsonText } from "../values/encoding/json_text.ts";

/** A stored document: what its fields hold, `_id` and `_creationTime` included. */
export type Document = Record<string, Value | undefined>;

/**
 * A commit timestamp before the commit, as documents' JSON text has it. It can't stand inside a string
 * there: its quotes would be escaped.
 */
const COMMIT_TS_TEXT = '{"$commitTs":null}';

/** Parses stored JSON text. */
export function parseDocument(json: string): Document {
  // The text was written by `documentText` from a document.
  return jsonToConvex(parseJsonText(json)) as Document;
}

/** A document as JSON text. @throws Error if it is not a Convex value */
export function documentText(document: Document): string {
  return JSON.stringify(convexToJson(document));
}

/** Whether a document's text holds a commit timestamp that isn't known yet. */
export function awaitsCommitTs(json: string): boolean {
  return json.includes(COMMIT_TS_TEXT);
}

/** The text with the commit's timestamp in place of its placeholders. */
export function withCommitTs(json: string, ts: bigint): string {
  return json.replaceAll(COMMIT_TS_TEXT, JSON.stringify(convexToJson(ts)));
}
