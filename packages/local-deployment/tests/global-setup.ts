/**
 * Once for all tests of the packages: a folder for the deployments' snapshots (`wire/support/snapshots.ts`), and the
 * key of the fixture's identity provider, whose public half is in them.
 */
import { generateKeyPairSync, type JsonWebKey } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    /** Where snapshots are kept until the run ends. */
    snapshots: string;
    /** The private key of the fixture's identity provider. */
    providerKey: JsonWebKey;
  }
}

export default function setUp(project: TestProject): () => void {
  const snapshots = mkdtempSync(join(tmpdir(), "snapshots-"));
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  project.provide("snapshots", snapshots);
  project.provide("providerKey", privateKey.export({ format: "jwk" }));
  return () => {
    rmSync(snapshots, { recursive: true, force: true, maxRetries: 5 });
  };
}
