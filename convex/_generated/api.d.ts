/* eslint-disable */
/**
 * Generated `api` utility.
 *
 * THIS CODE IS AUTOMATICALLY GENERATED.
 *
 * To regenerate, run `npx convex dev`.
 * @module
 */

import type * as auth_clerk from "../auth/clerk.js";
import type * as auth_clerkEvents from "../auth/clerkEvents.js";
import type * as auth_deletion from "../auth/deletion.js";
import type * as auth_sync from "../auth/sync.js";
import type * as auth_tables from "../auth/tables.js";
import type * as auth_users from "../auth/users.js";
import type * as auth_webhook from "../auth/webhook.js";
import type * as crons from "../crons.js";
import type * as http from "../http.js";
import type * as lib_caller from "../lib/caller.js";
import type * as lib_env from "../lib/env.js";
import type * as lib_errors from "../lib/errors.js";
import type * as lib_functions from "../lib/functions.js";
import type * as lib_limits from "../lib/limits.js";
import type * as lib_rateLimits from "../lib/rateLimits.js";
import type * as lib_reading from "../lib/reading.js";
import type * as lib_validation from "../lib/validation.js";
import type * as lib_webhooks from "../lib/webhooks.js";
import type * as lib_workpool from "../lib/workpool.js";
import type * as messages_checks from "../messages/checks.js";
import type * as messages_mutations from "../messages/mutations.js";
import type * as messages_queries from "../messages/queries.js";
import type * as messages_removal from "../messages/removal.js";
import type * as messages_store from "../messages/store.js";
import type * as messages_tables from "../messages/tables.js";
import type * as payments_accounts from "../payments/accounts.js";
import type * as payments_actions from "../payments/actions.js";
import type * as payments_cancellation from "../payments/cancellation.js";
import type * as payments_checkout from "../payments/checkout.js";
import type * as payments_customers from "../payments/customers.js";
import type * as payments_entitlements from "../payments/entitlements.js";
import type * as payments_plans from "../payments/plans.js";
import type * as payments_prices from "../payments/prices.js";
import type * as payments_queries from "../payments/queries.js";
import type * as payments_stripe_apply from "../payments/stripe/apply.js";
import type * as payments_stripe_attempts from "../payments/stripe/attempts.js";
import type * as payments_stripe_client from "../payments/stripe/client.js";
import type * as payments_stripe_component from "../payments/stripe/component.js";
import type * as payments_stripe_events from "../payments/stripe/events.js";
import type * as payments_stripe_expiry from "../payments/stripe/expiry.js";
import type * as payments_stripe_objects from "../payments/stripe/objects.js";
import type * as payments_stripe_readVersions from "../payments/stripe/readVersions.js";
import type * as payments_stripe_sync from "../payments/stripe/sync.js";
import type * as payments_stripe_webhook from "../payments/stripe/webhook.js";
import type * as payments_subscriptions from "../payments/subscriptions.js";
import type * as payments_tables from "../payments/tables.js";
import type * as payments_usage from "../payments/usage.js";
import type * as projects_access from "../projects/access.js";
import type * as projects_actions from "../projects/actions.js";
import type * as projects_checks from "../projects/checks.js";
import type * as projects_daytonaEvents from "../projects/daytonaEvents.js";
import type * as projects_lease from "../projects/lease.js";
import type * as projects_lifecycle from "../projects/lifecycle.js";
import type * as projects_mutations from "../projects/mutations.js";
import type * as projects_queries from "../projects/queries.js";
import type * as projects_reconcile_daytona from "../projects/reconcile/daytona.js";
import type * as projects_reconcile_decisions from "../projects/reconcile/decisions.js";
import type * as projects_reconcile_drift from "../projects/reconcile/drift.js";
import type * as projects_reconcile_forEachBounded from "../projects/reconcile/forEachBounded.js";
import type * as projects_reconcile_orphans from "../projects/reconcile/orphans.js";
import type * as projects_reconcile_pages from "../projects/reconcile/pages.js";
import type * as projects_reconcile_resume from "../projects/reconcile/resume.js";
import type * as projects_reconcile_sweep from "../projects/reconcile/sweep.js";
import type * as projects_sandbox_change from "../projects/sandbox/change.js";
import type * as projects_sandbox_config from "../projects/sandbox/config.js";
import type * as projects_sandbox_create from "../projects/sandbox/create.js";
import type * as projects_sandbox_daytona from "../projects/sandbox/daytona.js";
import type * as projects_sandbox_preview from "../projects/sandbox/preview.js";
import type * as projects_sandbox_recheck from "../projects/sandbox/recheck.js";
import type * as projects_sandbox_removal from "../projects/sandbox/removal.js";
import type * as projects_sandbox_results from "../projects/sandbox/results.js";
import type * as projects_store from "../projects/store.js";
import type * as projects_tables from "../projects/tables.js";
import type * as projects_webhook from "../projects/webhook.js";
import type * as turns_access from "../turns/access.js";
import type * as turns_actions from "../turns/actions.js";
import type * as turns_agent from "../turns/agent.js";
import type * as turns_app_access from "../turns/app/access.js";
import type * as turns_app_changes from "../turns/app/changes.js";
import type * as turns_app_daytona from "../turns/app/daytona.js";
import type * as turns_app_download from "../turns/app/download.js";
import type * as turns_app_files from "../turns/app/files.js";
import type * as turns_app_restore from "../turns/app/restore.js";
import type * as turns_app_results from "../turns/app/results.js";
import type * as turns_end from "../turns/end.js";
import type * as turns_failures from "../turns/failures.js";
import type * as turns_mutations from "../turns/mutations.js";
import type * as turns_output_answer from "../turns/output/answer.js";
import type * as turns_output_decode from "../turns/output/decode.js";
import type * as turns_output_masking from "../turns/output/masking.js";
import type * as turns_output_steps from "../turns/output/steps.js";
import type * as turns_poll from "../turns/poll.js";
import type * as turns_queries from "../turns/queries.js";
import type * as turns_removal from "../turns/removal.js";
import type * as turns_run from "../turns/run.js";
import type * as turns_session from "../turns/session.js";
import type * as turns_steps from "../turns/steps.js";
import type * as turns_tables from "../turns/tables.js";
import type * as turns_turn from "../turns/turn.js";

import type {
  ApiFromModules,
  FilterApi,
  FunctionReference,
} from "convex/server";

declare const fullApi: ApiFromModules<{
  "auth/clerk": typeof auth_clerk;
  "auth/clerkEvents": typeof auth_clerkEvents;
  "auth/deletion": typeof auth_deletion;
  "auth/sync": typeof auth_sync;
  "auth/tables": typeof auth_tables;
  "auth/users": typeof auth_users;
  "auth/webhook": typeof auth_webhook;
  crons: typeof crons;
  http: typeof http;
  "lib/caller": typeof lib_caller;
  "lib/env": typeof lib_env;
  "lib/errors": typeof lib_errors;
  "lib/functions": typeof lib_functions;
  "lib/limits": typeof lib_limits;
  "lib/rateLimits": typeof lib_rateLimits;
  "lib/reading": typeof lib_reading;
  "lib/validation": typeof lib_validation;
  "lib/webhooks": typeof lib_webhooks;
  "lib/workpool": typeof lib_workpool;
  "messages/checks": typeof messages_checks;
  "messages/mutations": typeof messages_mutations;
  "messages/queries": typeof messages_queries;
  "messages/removal": typeof messages_removal;
  "messages/store": typeof messages_store;
  "messages/tables": typeof messages_tables;
  "payments/accounts": typeof payments_accounts;
  "payments/actions": typeof payments_actions;
  "payments/cancellation": typeof payments_cancellation;
  "payments/checkout": typeof payments_checkout;
  "payments/customers": typeof payments_customers;
  "payments/entitlements": typeof payments_entitlements;
  "payments/plans": typeof payments_plans;
  "payments/prices": typeof payments_prices;
  "payments/queries": typeof payments_queries;
  "payments/stripe/apply": typeof payments_stripe_apply;
  "payments/stripe/attempts": typeof payments_stripe_attempts;
  "payments/stripe/client": typeof payments_stripe_client;
  "payments/stripe/component": typeof payments_stripe_component;
  "payments/stripe/events": typeof payments_stripe_events;
  "payments/stripe/expiry": typeof payments_stripe_expiry;
  "payments/stripe/objects": typeof payments_stripe_objects;
  "payments/stripe/readVersions": typeof payments_stripe_readVersions;
  "payments/stripe/sync": typeof payments_stripe_sync;
  "payments/stripe/webhook": typeof payments_stripe_webhook;
  "payments/subscriptions": typeof payments_subscriptions;
  "payments/tables": typeof payments_tables;
  "payments/usage": typeof payments_usage;
  "projects/access": typeof projects_access;
  "projects/actions": typeof projects_actions;
  "projects/checks": typeof projects_checks;
  "projects/daytonaEvents": typeof projects_daytonaEvents;
  "projects/lease": typeof projects_lease;
  "projects/lifecycle": typeof projects_lifecycle;
  "projects/mutations": typeof projects_mutations;
  "projects/queries": typeof projects_queries;
  "projects/reconcile/daytona": typeof projects_reconcile_daytona;
  "projects/reconcile/decisions": typeof projects_reconcile_decisions;
  "projects/reconcile/drift": typeof projects_reconcile_drift;
  "projects/reconcile/forEachBounded": typeof projects_reconcile_forEachBounded;
  "projects/reconcile/orphans": typeof projects_reconcile_orphans;
  "projects/reconcile/pages": typeof projects_reconcile_pages;
  "projects/reconcile/resume": typeof projects_reconcile_resume;
  "projects/reconcile/sweep": typeof projects_reconcile_sweep;
  "projects/sandbox/change": typeof projects_sandbox_change;
  "projects/sandbox/config": typeof projects_sandbox_config;
  "projects/sandbox/create": typeof projects_sandbox_create;
  "projects/sandbox/daytona": typeof projects_sandbox_daytona;
  "projects/sandbox/preview": typeof projects_sandbox_preview;
  "projects/sandbox/recheck": typeof projects_sandbox_recheck;
  "projects/sandbox/removal": typeof projects_sandbox_removal;
  "projects/sandbox/results": typeof projects_sandbox_results;
  "projects/store": typeof projects_store;
  "projects/tables": typeof projects_tables;
  "projects/webhook": typeof projects_webhook;
  "turns/access": typeof turns_access;
  "turns/actions": typeof turns_actions;
  "turns/agent": typeof turns_agent;
  "turns/app/access": typeof turns_app_access;
  "turns/app/changes": typeof turns_app_changes;
  "turns/app/daytona": typeof turns_app_daytona;
  "turns/app/download": typeof turns_app_download;
  "turns/app/files": typeof turns_app_files;
  "turns/app/restore": typeof turns_app_restore;
  "turns/app/results": typeof turns_app_results;
  "turns/end": typeof turns_end;
  "turns/failures": typeof turns_failures;
  "turns/mutations": typeof turns_mutations;
  "turns/output/answer": typeof turns_output_answer;
  "turns/output/decode": typeof turns_output_decode;
  "turns/output/masking": typeof turns_output_masking;
  "turns/output/steps": typeof turns_output_steps;
  "turns/poll": typeof turns_poll;
  "turns/queries": typeof turns_queries;
  "turns/removal": typeof turns_removal;
  "turns/run": typeof turns_run;
  "turns/session": typeof turns_session;
  "turns/steps": typeof turns_steps;
  "turns/tables": typeof turns_tables;
  "turns/turn": typeof turns_turn;
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
