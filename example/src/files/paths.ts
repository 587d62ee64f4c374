/** Names and paths of the app's files. */

/** The path of an entry of a folder; the app's own folder is the empty path. */
export function joinPath(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}

/** A name as it can be shown on one line: a file may have a line break, or what turns the text around, in its name. */
export function displayName(name: string): string {
  return name.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "\ufffd");
}
