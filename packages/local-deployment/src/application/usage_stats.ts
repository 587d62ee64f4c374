import { NO_DATABASE_USAGE, type DatabaseUsage } from "../tx/usage.ts";

/** Usage that this deployment does not have or measure. */
const NOT_HERE = {
  databaseWriteIndexRows: 0,
  storageReadBytes: 0,
  storageWriteBytes: 0,
  vectorIndexReadBytes: 0,
  vectorIndexWriteBytes: 0,
  textIndexQueryBytes: 0,
  textIndexWriteQueryBytes: 0,
  vectorIndexReadQueryBytes: 0,
  vectorIndexWriteQueryBytes: 0,
  networkEgressBytes: 0,
  memoryUsedMb: 0,
};

/** What an execution used, in the function log's names (convex/src/cli/lib/generatedFunctionLogsApi.ts). */
export type UsageStats = ReturnType<typeof usageStats>;

/**
 * As production reports an execution: its own transaction with all calls nested in it, components'
 * too. An action has none; what it calls is reported by itself, under the same request id. Production
 * adds the keys of index entries to the bytes, and counts a document written twice once.
 */
export function usageStats(usage: DatabaseUsage | null) {
  const { bytesRead, bytesWritten, documentsRead, documentsWritten } = usage ?? NO_DATABASE_USAGE;
  return {
    ...NOT_HERE,
    databaseReadBytes: bytesRead,
    databaseWriteBytes: bytesWritten,
    databaseIoReadBytes: bytesRead,
    databaseIoWriteBytes: bytesWritten,
    databaseReadDocuments: documentsRead,
    databaseWriteDocuments: documentsWritten,
  };
}
