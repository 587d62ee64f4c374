import { anyApi, type ApiFromModules } from "convex/server";
import type * as actions from "../../fixture/convex/actions.ts";
import type * as calls from "../../fixture/convex/calls.ts";
import type * as costs from "../../fixture/convex/costs.ts";
import type * as counters from "../../fixture/convex/counters.ts";
import type * as errors from "../../fixture/convex/errors.ts";
import type * as jobs from "../../fixture/convex/jobs.ts";
import type * as logging from "../../fixture/convex/logging.ts";
import type * as loggingInNode from "../../fixture/convex/loggingInNode.ts";
import type * as missing from "../../fixture/convex/missing.ts";
import type * as node from "../../fixture/convex/node.ts";
import type * as nodeOther from "../../fixture/convex/nodeOther.ts";
import type * as reading from "../../fixture/convex/reading.ts";
import type * as rules from "../../fixture/convex/rules.ts";
import type * as surrogates from "../../fixture/convex/surrogates.ts";
import type * as things from "../../fixture/convex/things.ts";
import type * as ticks from "../../fixture/convex/ticks.ts";
import type * as transactions from "../../fixture/convex/transactions.ts";

/** The fixture's functions, typed as `_generated/api` would type them. */
export const api = anyApi as unknown as ApiFromModules<{
  actions: typeof actions;
  calls: typeof calls;
  costs: typeof costs;
  counters: typeof counters;
  errors: typeof errors;
  jobs: typeof jobs;
  logging: typeof logging;
  loggingInNode: typeof loggingInNode;
  missing: typeof missing;
  node: typeof node;
  nodeOther: typeof nodeOther;
  reading: typeof reading;
  rules: typeof rules;
  surrogates: typeof surrogates;
  things: typeof things;
  ticks: typeof ticks;
  transactions: typeof transactions;
}>;
