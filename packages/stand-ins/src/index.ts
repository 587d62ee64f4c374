export type { ClerkStandIn, ClerkStandInOptions } from "./clerk/start.ts";
export { startClerkStandIn } from "./clerk/start.ts";
export type { DaytonaStandIn, DaytonaStandInOptions } from "./daytona/start.ts";
export { startDaytonaStandIn } from "./daytona/start.ts";
export type { StandInErrorCode } from "./shared/errors.ts";
export { StandInError } from "./shared/errors.ts";
export type { Call, FaultKind, FaultRule, Faults } from "./shared/faults.ts";
export type { StandIn } from "./shared/server.ts";
export type { WebhookOptions } from "./shared/service.ts";
