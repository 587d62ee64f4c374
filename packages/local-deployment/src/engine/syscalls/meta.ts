import { DEPLOYMENT_METADATA } from "../protocol.ts";
import { formatFunctionPath } from "../calls/paths.ts";
import type { SyncSyscall, Syscall } from "./syscall.ts";

/** The caller's identity, which then is part of the read set. */
const getUserIdentity: Syscall = (_state, { execution }) => {
  execution.identityRead = true;
  return JSON.stringify(execution.identityHidden ? null : execution.request.identity);
};

const getFunctionMetadata: Syscall = (_state, frame) =>
  JSON.stringify({ name: formatFunctionPath(frame.path), componentPath: frame.component.path });

const getTransactionMetrics: Syscall = (_state, { tx }) => {
  tx.settleReads();
  return JSON.stringify(tx.usage.metrics());
};

const getDeploymentMetadata: Syscall = () => JSON.stringify(DEPLOYMENT_METADATA);

const getRequestMetadata: Syscall = (_state, { execution: { request } }) =>
  JSON.stringify({
    ip: request.ip,
    userAgent: request.userAgent,
    requestId: request.requestId,
    scheduledFunctionId: request.jobId,
    authToken: null,
  });

const getSnapshotTs: SyncSyscall = (_state, { tx }) => int64Json(tx.snapshotTs);

/** Arguments of components came before their environment variables; none are declared now. */
const componentArgument: SyncSyscall = () => "{}";

/** An int64 as Convex JSON text. */
function int64Json(value: bigint): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return JSON.stringify({ $integer: bytes.toString("base64") });
}

/** System calls about the function, its caller and its deployment. */
export const metaSyscalls: Readonly<Record<string, Syscall>> = {
  getUserIdentity,
  getFunctionMetadata,
  getTransactionMetrics,
  getDeploymentMetadata,
  getRequestMetadata,
};

/** Synchronous system calls of that kind. */
export const syncMetaSyscalls: Readonly<Record<string, SyncSyscall>> = {
  getSnapshotTs,
  componentArgument,
};
