/** Paths of an app's files. Without imports, so that it runs anywhere, Convex's own runtime included. */

/** The longest path, in bytes of UTF-8. */
export const MAX_PATH_BYTES = 1024;

/** NUL ends a path for the system, `` separates folders elsewhere, and half a surrogate pair is no character. */
const REFUSED = /[\0\\]|\p{Surrogate}/u;

/**
 * Whether this is the path of a file or folder below the app's folder: names separated by `/`, none of them empty, `.` or
 * `..`. The empty path is the app's folder. Nothing is decoded: a `%2e` is three characters of a name.
 */
export function isAppPath(path: string): boolean {
  if (path === "") return true;
  if (REFUSED.test(path) || new TextEncoder().encode(path).length > MAX_PATH_BYTES) return false;
  return path.split("/").every((name) => name !== "" && name !== "." && name !== "..");
}
