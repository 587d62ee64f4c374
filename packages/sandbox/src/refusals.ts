import type { SandboxErrorCode } from "./errors.ts";

/**
 * What Daytona answers with 400 or 403 and means something else than bad arguments, told by its words: there is no code
 * in the answer. Read in `apps/api/src` of daytonaio/daytona, v0.190, the last public source; the file is beside each.
 */
const REFUSALS: readonly (readonly [status: number, words: RegExp, code: SandboxErrorCode])[] = [
  // sandbox/services/sandbox.service.ts, validateOrganizationQuotas: what all sandboxes may have together
  [400, /^Total (CPU|memory|disk|GPU) limit exceeded\. /, "QUOTA_EXCEEDED"],
  // the same: what one sandbox may have, which its snapshot says
  [400, /^(CPU|Memory|Disk) request \S+ exceeds maximum allowed per /, "SNAPSHOT_UNAVAILABLE"],
  // the same, createFromSnapshot
  [400, /^Snapshot \S+ not found\. /, "SNAPSHOT_UNAVAILABLE"],
  [400, /^Snapshot \S+ is not available in region /, "SNAPSHOT_UNAVAILABLE"],
  [
    400,
    /^Snapshot \S+ is (building|pending|pulling|inactive|error|build_failed|removing)$/,
    "SNAPSHOT_UNAVAILABLE",
  ],
  // sandbox/controllers/sandbox.controller.ts, waitForSandboxStarted: there is a sandbox by the name
  [400, /^Sandbox failed to start: /, "SANDBOX_FAILED"],
  // sandbox/services/sandbox.service.ts, assertSandboxNotErrored
  [400, /^Sandbox is in an errored state$/, "SANDBOX_FAILED"],
  // sandbox/services/runner.service.ts: no machine has room at the moment
  [400, /^No available runners$/, "UNAVAILABLE"],
  // organization/services/organization.service.ts
  [403, /^Organization is suspended(: |$)/, "SUSPENDED"],
];

/** What a refusal means by its words; undefined when it means what its status says. */
export function refusalOf(status: number, message: string): SandboxErrorCode | undefined {
  return REFUSALS.find(([of, words]) => of === status && words.test(message))?.[2];
}
