import { FunctionError, messageOf } from "../lib/errors.ts";

/** SQLite's result codes for a failing disk: https://www.sqlite.org/rescode.html */
const CAUSES = [
  [/^SQLITE_FULL/, "StorageFull", "the disk is full"],
  [/^SQLITE_IOERR/, "StorageUnavailable", "the disk can't be read or written"],
  [/^SQLITE_READONLY/, "StorageUnavailable", "the data file can't be written"],
  [/^SQLITE_CANTOPEN/, "StorageUnavailable", "a file beside the data file can't be made"],
] as const;

/**
 * An error that says what is wrong with the disk, in place of SQLite's; any other error as it is. SQLite has rolled
 * the transaction back; the next one is tried as usual.
 */
export function asStorageError(error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const cause = CAUSES.find(([pattern]) => pattern.test(code));
  if (cause === undefined) return error;
  return new FunctionError(
    `${cause[1]}: ${cause[2]}. Nothing of this transaction was kept (${code}: ${messageOf(error)}).`,
    { cause: error },
  );
}
