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
import type * as auth_clerkEvents from "../auth/clerkEvents.js";
import type * as auth_sync from "../auth/sync.js";
import type * as auth_tables from "../auth/tables.js";
import type * as auth_users from "../auth/users.js";
import type * as auth_webhook from "../auth/webhook.js";
import type * as http from "../http.js";
import type * as lib_daytona from "../lib/daytona.js";
import type * as lib_errors from "../lib/errors.js";
import type * as lib_functions from "../lib/functions.js";
import type * as lib_rateLimits from "../lib/rateLimits.js";
import type * as lib_reading from "../lib/reading.js";
import type * as lib_validation from "../lib/validation.js";
import type * as lib_webhooks from "../lib/webhooks.js";
import type * as messages_limits from "../messages/limits.js";
import type * as messages_mutations from "../messages/mutations.js";
import type * as messages_queries from "../messages/queries.js";
import type * as messages_removal from "../messages/removal.js";
import type * as messages_store from "../messages/store.js";
import type * as messages_tables from "../messages/tables.js";
import type * as payments_entitlements from "../payments/entitlements.js";
import type * as payments_plans from "../payments/plans.js";
import type * as projects_access from "../projects/access.js";
import type * as projects_actions from "../projects/actions.js";
import type * as projects_lease from "../projects/lease.js";
import type * as projects_lifecycle from "../projects/lifecycle.js";
import type * as projects_limits from "../projects/limits.js";
import type * as projects_mutations from "../projects/mutations.js";
import type * as projects_outcomes from "../projects/outcomes.js";
import type * as projects_provisioning from "../projects/provisioning.js";
import type * as projects_queries from "../projects/queries.js";
import type * as projects_removal from "../projects/removal.js";
import type * as projects_sandboxes from "../projects/sandboxes.js";
import type * as projects_tables from "../projects/tables.js";

import type {
  ApiFromModules,
  FilterApi,
  FunctionReference,
} from "convex/server";

declare const fullApi: ApiFromModules<{
  "auth/caller": typeof auth_caller;
  "auth/clerkEvents": typeof auth_clerkEvents;
  "auth/sync": typeof auth_sync;
  "auth/tables": typeof auth_tables;
  "auth/users": typeof auth_users;
  "auth/webhook": typeof auth_webhook;
  http: typeof http;
  "lib/daytona": typeof lib_daytona;
  "lib/errors": typeof lib_errors;
  "lib/functions": typeof lib_functions;
  "lib/rateLimits": typeof lib_rateLimits;
  "lib/reading": typeof lib_reading;
  "lib/validation": typeof lib_validation;
  "lib/webhooks": typeof lib_webhooks;
  "messages/limits": typeof messages_limits;
  "messages/mutations": typeof messages_mutations;
  "messages/queries": typeof messages_queries;
  "messages/removal": typeof messages_removal;
  "messages/store": typeof messages_store;
  "messages/tables": typeof messages_tables;
  "payments/entitlements": typeof payments_entitlements;
  "payments/plans": typeof payments_plans;
  "projects/access": typeof projects_access;
  "projects/actions": typeof projects_actions;
  "projects/lease": typeof projects_lease;
  "projects/lifecycle": typeof projects_lifecycle;
  "projects/limits": typeof projects_limits;
  "projects/mutations": typeof projects_mutations;
  "projects/outcomes": typeof projects_outcomes;
  "projects/provisioning": typeof projects_provisioning;
  "projects/queries": typeof projects_queries;
  "projects/removal": typeof projects_removal;
  "projects/sandboxes": typeof projects_sandboxes;
  "projects/tables": typeof projects_tables;
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
