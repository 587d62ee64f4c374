import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { LongFilesFirst } from "./tests/support/sequencer.ts";

/** CI counts the tests from this file; see .ci/run. */
const reportFile = process.env.TEST_REPORT_FILE;

/** Long enough for a machine that does something else besides: a time is no test. */
const PATIENT = {
  testTimeout: 60_000,
  hookTimeout: 60_000,
  expect: { poll: { timeout: 10_000 } },
};

/** A worker imports the SDKs once, and not for each of its files. */
const IN_NODE = { environment: "node", isolate: false } as const;

/** Files at a time, of all projects: two cores are busy with four, since each waits for other processes now and then. */
export const WORKERS = 4;

/** Proofs that run on convex-test, as the tests of `convex/` do. */
const MEMORY_PROOFS = "tests/proofs/**/*.memory.proof.test.ts";

/** Before suites that start `bun run dev`, or a deployment with the functions. */
const PUSHED_DATA = "tests/support/pushed-data.ts";

export default defineConfig({
  test: {
    maxWorkers: WORKERS,
    sequence: { sequencer: LongFilesFirst },
    reporters: reportFile ? ["default", ["json", { outputFile: reportFile }]] : ["default"],
    projects: [
      {
        test: {
          name: "packages",
          include: ["packages/*/tests/**/*.test.ts"],
          globalSetup: ["packages/local-deployment/tests/global-setup.ts"],
          ...IN_NODE,
          ...PATIENT,
        },
      },
      {
        // Convex's default runtime is close to the edge runtime; convex-test asks for it.
        resolve: { conditions: ["worker"] },
        ssr: { resolve: { conditions: ["worker"] } },
        test: {
          name: "convex",
          include: ["tests/convex/**/*.test.ts", MEMORY_PROOFS],
          environment: "edge-runtime",
          ...PATIENT,
          server: { deps: { inline: ["convex-test", "stripe", "@convex-dev/stripe"] } },
          // Packages of hundreds of files, which every test file would load one by one.
          deps: { optimizer: { ssr: { enabled: true, include: ["stripe", "@clerk/backend"] } } },
        },
      },
      {
        resolve: { alias: { "@backend": fileURLToPath(new URL("convex", import.meta.url)) } },
        test: {
          name: "example",
          include: ["example/tests/**/*.test.ts"],
          ...IN_NODE,
          ...PATIENT,
        },
      },
      {
        test: {
          name: "repository",
          include: ["tests/repository/**/*.test.ts"],
          ...IN_NODE,
          ...PATIENT,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["tests/e2e/**/*.test.ts"],
          globalSetup: [PUSHED_DATA],
          ...IN_NODE,
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: "browser",
          include: ["tests/browser/**/*.test.ts"],
          ...IN_NODE,
          globalSetup: [PUSHED_DATA, "tests/browser/support/global-setup.ts"],
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "proofs",
          include: ["tests/proofs/**/*.proof.test.ts"],
          exclude: [MEMORY_PROOFS],
          globalSetup: [PUSHED_DATA],
          ...IN_NODE,
          testTimeout: 900_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
