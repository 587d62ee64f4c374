import { DEPLOYMENT_METADATA } from "../deployment_metadata.ts";
import { formatFunctionPath } from "../paths.ts";
import type { Syscall } from "./dispatch.ts";

/** Auth, as the request's token says; the caller's identity is then part of what was read. */
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

/** What a function may know of itself, its caller and its deployment. */
export const metaSyscalls: Readonly<Record<string, Syscall>> = {
  getUserIdentity,
  getFunctionMetadata,
  getTransactionMetrics,
  getDeploymentMetadata,
  getRequestMetadata,
};
