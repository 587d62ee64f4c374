/**
 * Production's rules for names, and its words about those that break them
 * (crates/convex/sync_types/src/identifier.rs and path.rs). Each function returns what is wrong, or null.
 */

import { MAX_IDENTIFIER_LENGTH, MAX_FIELD_NAME_LENGTH } from "../limits/values.ts";
import { displayCharacter } from "./encoding/display.ts";

/** Tables, indexes, functions, components, environment variables: letters, digits and underscores. */
export function identifierProblem(name: string): string | null {
  const first = Array.from(name)[0];
  if (first === undefined) return "Identifier cannot be empty";
  if (!/[A-Za-z_]/.test(first)) {
    return (
      `Invalid first character ${displayCharacter(first)} in ${name}: Identifiers must start with ` +
      "an alphabetic character or underscore"
    );
  }
  const wrong = Array.from(name).find((character) => !/[A-Za-z0-9_]/.test(character));
  if (wrong !== undefined) {
    return (
      `Identifier ${name} has invalid character ${displayCharacter(wrong)}: Identifiers can only ` +
      "contain alphanumeric characters or underscores"
    );
  }
  if (name.length > MAX_IDENTIFIER_LENGTH) {
    return `Identifier is too long (${name.length} > maximum ${MAX_IDENTIFIER_LENGTH})`;
  }
  return /[^_]/.test(name) ? null : `Identifier ${name} cannot have exclusively underscores`;
}

/** Fields of any object: printable ASCII that does not begin with `$`. */
export function fieldNameProblem(name: string): string | null {
  if (name.startsWith("$")) return `Field name ${name} starts with '$', which is reserved.`;
  const wrong = Array.from(name).find((character) => character < " " || character > "~");
  if (wrong !== undefined) {
    return (
      `Field name ${name} has invalid character ${displayCharacter(wrong)}: Field names can only ` +
      "contain non-control ASCII characters"
    );
  }
  if (name.length <= MAX_FIELD_NAME_LENGTH) return null;
  return `Field name is too long (${name.length} > maximum ${MAX_FIELD_NAME_LENGTH})`;
}

/** Fields of object validators, and each part of a field path: both rules at once. */
export function identifierFieldProblem(name: string): string | null {
  return fieldNameProblem(name) ?? identifierProblem(name);
}

/** A field path (crates/value/src/field_path.rs): identifiers joined by dots. */
export function fieldPathProblem(path: string): string | null {
  const trimmed = withoutOuterDots(path);
  if (trimmed === "") return `Empty path ${path}`;
  for (const part of trimmed.split(".")) {
    const problem = identifierFieldProblem(part);
    if (problem !== null) return problem;
  }
  return null;
}

/** Dots around a field path are forgiven. */
export function withoutOuterDots(path: string): string {
  return path.replace(/^\.+|\.+$/g, "");
}

/** One folder or file of a module's path, its extension included. */
export function pathComponentProblem(component: string): string | null {
  const length = Buffer.byteLength(component);
  if (length > MAX_IDENTIFIER_LENGTH) {
    const start = component.slice(0, MAX_IDENTIFIER_LENGTH);
    return `Path component is too long (${length} > maximum ${MAX_IDENTIFIER_LENGTH}): ${start}...`;
  }
  if (!/^[A-Za-z0-9_.]*$/.test(component)) {
    return (
      `Path component ${component} can only contain alphanumeric characters, underscores, or ` +
      "periods."
    );
  }
  if (/[A-Za-z0-9]/.test(component)) return null;
  return `Path component ${component} must have at least one alphanumeric character.`;
}

/** A module's path below the functions' folder (crates/convex/sync_types/src/module_path.rs). */
export function modulePathProblem(path: string): string | null {
  if (path.startsWith("/")) return `Module paths must be relative (${path} is absolute).`;
  // As Rust's `Path` reads it: doubled slashes and inner dots are nothing.
  const components = path
    .split("/")
    .filter((part, index) => part !== "" && !(part === "." && index > 0));
  const last = components.at(-1);
  if (last === undefined || last === "..") return `Module path ${path} doesn't have a filename.`;
  const extension = /^.+\.([^.]*)$/.exec(last)?.[1];
  if (extension !== undefined && extension !== "js") {
    return `Module path (${path}) has an extension that isn't 'js'.`;
  }
  for (const [index, component] of components.entries()) {
    if (component === "." || component === "..") {
      const kind = component === "." ? "CurDir" : "ParentDir";
      return `Invalid path component ${kind} in ${path}.`;
    }
    const isFile = index === components.length - 1;
    const problem = pathComponentProblem(
      isFile && extension === undefined ? `${component}.js` : component,
    );
    if (problem !== null) return problem;
  }
  return null;
}
