/**
 * Production's limits on values, documents and names
 * (https://docs.convex.dev/production/state/limits; crates/value/src, unless another file is named).
 */
import { MIB } from "./units.ts";

/** Any value, whatever smaller limit its use has. Sizes are in bytes as Convex counts them. */
export const VALUE_LIMITS = {
  size: 32 * MIB,
  /** How deep arrays and objects may be nested. */
  nesting: 64,
  objectFields: 1024,
  arrayLength: 8192,
} as const;

/** A document's size, with its system fields, in bytes; and how deep it may be nested, itself included. */
export const DOCUMENT_LIMITS = { size: MIB, nesting: 16 } as const;

/** Names of tables, indexes and functions, in characters (crates/convex/sync_types/src/identifier.rs). */
export const MAX_IDENTIFIER_LENGTH = 64;
/** Names of fields, in characters. */
export const MAX_FIELD_NAME_LENGTH = 1_024;
/** The nesting depth that serde_json, production's JSON parser, refuses. */
export const MAX_JSON_NESTING = 128;
