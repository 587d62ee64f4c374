/* eslint-disable */
/**
 * Generated `api` utility.
 *
 * THIS CODE IS AUTOMATICALLY GENERATED.
 *
 * To regenerate, run `npx convex dev`.
 * @module
 */

import type * as auth_caller from "../auth/caller.js";
import type * as auth_clerk from "../auth/clerk.js";
import type * as auth_clerkEvents from "../auth/clerkEvents.js";
import type * as auth_deletion from "../auth/deletion.js";
import type * as auth_sync from "../auth/sync.js";
import type * as auth_tables from "../auth/tables.js";
import type * as auth_users from "../auth/users.js";
import type * as auth_webhook from "../auth/webhook.js";
import type * as crons from "../crons.js";
import type * as http from "../http.js";
import type * as lib_agent from "../lib/agent.js";
import type * as lib_daytona from "../lib/daytona.js";
import type * as lib_env from "../lib/env.js";
import type * as lib_errors from "../lib/errors.js";
import type * as lib_functions from "../lib/functions.js";
import type * as lib_jobs from "../lib/jobs.js";
import type * as lib_limits from "../lib/limits.js";
import type * as lib_masking from "../lib/masking.js";
import type * as lib_rateLimits from "../lib/rateLimits.js";
import type * as lib_reading from "../lib/reading.js";
import type * as lib_rounds from "../lib/rounds.js";
import type * as lib_stripe from "../lib/stripe.js";
import type * as lib_validation from "../lib/validation.js";
import type * as lib_webhooks from "../lib/webhooks.js";
import type * as messages_limits from "../messages/limits.js";
import type * as messages_mutations from "../messages/mutations.js";
import type * as messages_queries from "../messages/queries.js";
import type * as messages_removal from "../messages/removal.js";
import type * as messages_store from "../messages/store.js";
import type * as messages_tables from "../messages/tables.js";
import type * as payments_accounts from "../payments/accounts.js";
import type * as payments_actions from "../payments/actions.js";
import type * as payments_attempts from "../payments/attempts.js";
import type * as payments_cancellation from "../payments/cancellation.js";
import type * as payments_checkout from "../payments/checkout.js";
import type * as payments_contracts from "../payments/contracts.js";
import type * as payments_customers from "../payments/customers.js";
import type * as payments_entitlements from "../payments/entitlements.js";
import type * as payments_expiry from "../payments/expiry.js";
import type * as payments_mirror from "../payments/mirror.js";
import type * as payments_ordering from "../payments/ordering.js";
import type * as payments_plans from "../payments/plans.js";
import type * as payments_queries from "../payments/queries.js";
import type * as payments_snapshots from "../payments/snapshots.js";
import type * as payments_store from "../payments/store.js";
import type * as payments_stripeEvents from "../payments/stripeEvents.js";
import type * as payments_sync from "../payments/sync.js";
import type * as payments_tables from "../payments/tables.js";
import type * as payments_webhook from "../payments/webhook.js";
import type * as projects_access from "../projects/access.js";
import type * as projects_actions from "../projects/actions.js";
import type * as projects_agent from "../projects/agent.js";
import type * as projects_agentBytes from "../projects/agentBytes.js";
import type * as projects_agentOutput from "../projects/agentOutput.js";
import type * as projects_calls from "../projects/calls.js";
import type * as projects_daytonaEvents from "../projects/daytonaEvents.js";
import type * as projects_drift from "../projects/drift.js";
import type * as projects_failures from "../projects/failures.js";
import type * as projects_lease from "../projects/lease.js";
import type * as projects_lifecycle from "../projects/lifecycle.js";
import type * as projects_limits from "../projects/limits.js";
import type * as projects_mutations from "../projects/mutations.js";
import type * as projects_operations from "../projects/operations.js";
import type * as projects_orphans from "../projects/orphans.js";
import type * as projects_outcomes from "../projects/outcomes.js";
import type * as projects_previews from "../projects/previews.js";
import type * as projects_provisioning from "../projects/provisioning.js";
import type * as projects_queries from "../projects/queries.js";
import type * as projects_recheck from "../projects/recheck.js";
import type * as projects_removal from "../projects/removal.js";
import type * as projects_sandboxes from "../projects/sandboxes.js";
import type * as projects_store from "../projects/store.js";
import type * as projects_survey from "../projects/survey.js";
import type * as projects_sweep from "../projects/sweep.js";
import type * as projects_sweepPages from "../projects/sweepPages.js";
import type * as projects_tables from "../projects/tables.js";
import type * as projects_takeovers from "../projects/takeovers.js";
import type * as projects_turnReports from "../projects/turnReports.js";
import type * as projects_turns from "../projects/turns.js";
import type * as projects_verdicts from "../projects/verdicts.js";
import type * as projects_webhook from "../projects/webhook.js";

import type {
  ApiFromModules,
  FilterApi,
  FunctionReference,
} from "convex/server";

declare const fullApi: ApiFromModules<{
  "auth/caller": typeof auth_caller;
  "auth/clerk": typeof auth_clerk;
  "auth/clerkEvents": typeof auth_clerkEvents;
  "auth/deletion": typeof auth_deletion;
  "auth/sync": typeof auth_sync;
  "auth/tables": typeof auth_tables;
  "auth/users": typeof auth_users;
  "auth/webhook": typeof auth_webhook;
  crons: typeof crons;
  http: typeof http;
  "lib/agent": typeof lib_agent;
  "lib/daytona": typeof lib_daytona;
  "lib/env": typeof lib_env;
  "lib/errors": typeof lib_errors;
  "lib/functions": typeof lib_functions;
  "lib/jobs": typeof lib_jobs;
  "lib/limits": typeof lib_limits;
  "lib/masking": typeof lib_masking;
  "lib/rateLimits": typeof lib_rateLimits;
  "lib/reading": typeof lib_reading;
  "lib/rounds": typeof lib_rounds;
  "lib/stripe": typeof lib_stripe;
  "lib/validation": typeof lib_validation;
  "lib/webhooks": typeof lib_webhooks;
  "messages/limits": typeof messages_limits;
  "messages/mutations": typeof messages_mutations;
  "messages/queries": typeof messages_queries;
  "messages/removal": typeof messages_removal;
  "messages/store": typeof messages_store;
  "messages/tables": typeof messages_tables;
  "payments/accounts": typeof payments_accounts;
  "payments/actions": typeof payments_actions;
  "payments/attempts": typeof payments_attempts;
  "payments/cancellation": typeof payments_cancellation;
  "payments/checkout": typeof payments_checkout;
  "payments/contracts": typeof payments_contracts;
  "payments/customers": typeof payments_customers;
  "payments/entitlements": typeof payments_entitlements;
  "payments/expiry": typeof payments_expiry;
  "payments/mirror": typeof payments_mirror;
  "payments/ordering": typeof payments_ordering;
  "payments/plans": typeof payments_plans;
  "payments/queries": typeof payments_queries;
  "payments/snapshots": typeof payments_snapshots;
  "payments/store": typeof payments_store;
  "payments/stripeEvents": typeof payments_stripeEvents;
  "payments/sync": typeof payments_sync;
  "payments/tables": typeof payments_tables;
  "payments/webhook": typeof payments_webhook;
  "projects/access": typeof projects_access;
  "projects/actions": typeof projects_actions;
  "projects/agent": typeof projects_agent;
  "projects/agentBytes": typeof projects_agentBytes;
  "projects/agentOutput": typeof projects_agentOutput;
  "projects/calls": typeof projects_calls;
  "projects/daytonaEvents": typeof projects_daytonaEvents;
  "projects/drift": typeof projects_drift;
  "projects/failures": typeof projects_failures;
  "projects/lease": typeof projects_lease;
  "projects/lifecycle": typeof projects_lifecycle;
  "projects/limits": typeof projects_limits;
  "projects/mutations": typeof projects_mutations;
  "projects/operations": typeof projects_operations;
  "projects/orphans": typeof projects_orphans;
  "projects/outcomes": typeof projects_outcomes;
  "projects/previews": typeof projects_previews;
  "projects/provisioning": typeof projects_provisioning;
  "projects/queries": typeof projects_queries;
  "projects/recheck": typeof projects_recheck;
  "projects/removal": typeof projects_removal;
  "projects/sandboxes": typeof projects_sandboxes;
  "projects/store": typeof projects_store;
  "projects/survey": typeof projects_survey;
  "projects/sweep": typeof projects_sweep;
  "projects/sweepPages": typeof projects_sweepPages;
  "projects/tables": typeof projects_tables;
  "projects/takeovers": typeof projects_takeovers;
  "projects/turnReports": typeof projects_turnReports;
  "projects/turns": typeof projects_turns;
  "projects/verdicts": typeof projects_verdicts;
  "projects/webhook": typeof projects_webhook;
}>;

/**
 * A utility for referencing Convex functions in your app's public API.
 *
 * Usage:
 * ```js
 * const myFunctionReference = api.myModule.myFunction;
 * ```
 */
export declare const api: FilterApi<
  typeof fullApi,
  FunctionReference<any, "public">
>;

/**
 * A utility for referencing Convex functions in your app's internal API.
 *
 * Usage:
 * ```js
 * const myFunctionReference = internal.myModule.myFunction;
 * ```
 */
export declare const internal: FilterApi<
  typeof fullApi,
  FunctionReference<any, "internal">
>;

export declare const components: {
  rateLimiter: import("@convex-dev/rate-limiter/_generated/component.js").ComponentApi<"rateLimiter">;
  stripe: import("@convex-dev/stripe/_generated/component.js").ComponentApi<"stripe">;
  workpool: import("@convex-dev/workpool/_generated/component.js").ComponentApi<"workpool">;
};
