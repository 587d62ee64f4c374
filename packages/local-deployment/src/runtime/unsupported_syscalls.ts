import { FunctionError } from "../lib/errors.ts";

/** Features of Convex that the local deployment lacks, by the convex package's operations. */
const REFUSED: readonly { readonly operations: readonly string[]; readonly what: string }[] = [
  {
    operations: [
      "storageGenerateUploadUrl",
      "storageGetUrl",
      "storageGetMetadata",
      "storageDelete",
      "storageStore",
      "storageGet",
      "storage/storeBlob",
      "storage/getBlob",
    ],
    what: "File storage (`ctx.storage`)",
  },
  { operations: ["actions/vectorSearch"], what: "Vector search (`ctx.vectorSearch`)" },
  { operations: ["auditLog"], what: "The audit log (`log.audit`)" },
  { operations: ["signJwt"], what: "Signing tokens (`ctx.auth.signJwt`)" },
  {
    operations: ["createServiceToken", "getServiceUrl"],
    what: "Access to Convex's own services (`getServiceToken`, `getServiceUrl`)",
  },
];

/**
 * Why an operation that a function asked for can't be done here.
 *
 * @param operation - As the convex package names it, such as `1.0/storageGetUrl`.
 * @param kind - How production names such operations, when there is none of that name at all.
 */
export function unsupportedSyscall(
  operation: string,
  kind: "operation" | "async operation" = "async operation",
): FunctionError {
  const name = operation.replace(/^1\.0\//, "");
  const refused = REFUSED.find(({ operations }) => operations.includes(name));
  return new FunctionError(
    refused === undefined
      ? `Unknown ${kind} ${operation}`
      : `${refused.what} is not in the local deployment.`,
  );
}
