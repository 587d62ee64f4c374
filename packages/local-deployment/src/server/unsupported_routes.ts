import { Hono } from "hono";
import { HttpError } from "../lib/errors.ts";

/** Features of Convex that the local deployment lacks, in sentences that the official CLI prints unchanged. */
const REFUSED: readonly { readonly paths: readonly string[]; readonly message: string }[] = [
  {
    paths: [
      "/api/import",
      "/api/import/*",
      "/api/perform_import",
      "/api/cancel_import",
      "/api/streaming_import/*",
    ],
    message:
      "Importing data is not in the local deployment: insert it with a mutation, by `npx convex run`.",
  },
  {
    paths: ["/api/export/*"],
    message: "Exporting data is not in the local deployment: read it by `npx convex data`.",
  },
  {
    paths: ["/api/run_test_function"],
    message:
      "Queries that are not pushed (`npx convex run --inline-query`) are not in the local deployment: push the query, and call it by its name.",
  },
  {
    paths: ["/api/storage/*"],
    message: "File storage is not in the local deployment.",
  },
  {
    paths: [
      "/api/v1/list_usage_limits",
      "/api/v1/create_usage_limit",
      "/api/v1/update_usage_limit/*",
      "/api/v1/delete_usage_limit/*",
      "/api/v1/get_current_usage",
    ],
    message: "Usage and its limits are not in the local deployment, where nothing is billed.",
  },
  {
    paths: ["/api/shapes2"],
    message: "Inferring what tables hold is not in the local deployment: their schema says it.",
  },
  {
    paths: ["/api/document_deltas", "/api/list_snapshot", "/api/json_schemas"],
    message: "Streaming export is not in the local deployment.",
  },
  {
    paths: ["/api/app_metrics/*"],
    message: "Metrics are not in the local deployment: `npx convex logs` tells of each call.",
  },
];

/** Endpoints that are refused as unsupported. Not with 404, which the CLI retries. */
export function unsupportedRoutes(): Hono {
  const app = new Hono();
  for (const { paths, message } of REFUSED) {
    for (const path of paths) {
      app.all(path, () => {
        throw new HttpError(400, "NotInLocalDeployment", message);
      });
    }
  }
  return app;
}
