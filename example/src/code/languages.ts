/** The languages of the code that is shown, by what files and code blocks call them. */

/** By extension, in highlight.js's names; those that it knows itself, such as `ts`, need not be here. */
const BY_EXTENSION = new Map(
  Object.entries({
    cjs: "javascript",
    env: "ini",
    example: "ini", // .env.example
    jsonc: "json",
    lock: "yaml",
    mjs: "javascript",
    svg: "xml",
    vue: "xml",
    webmanifest: "json",
  }),
);

const BY_NAME = new Map(
  Object.entries({
    dockerfile: "bash",
    ".gitignore": "bash",
    "bun.lock": "json",
    "package-lock.json": "json",
  }),
);

/** The language of a file by its name: one that highlighting may know; undefined where the name says nothing. */
export function languageOf(path: string): string | undefined {
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  const extension = /\.([^.]+)$/.exec(name)?.[1];
  return BY_NAME.get(name) ?? (extension && (BY_EXTENSION.get(extension) ?? extension));
}
