/// <reference types="vite/client" />
/** The environment variables: declared, described, and nothing else. */
import { expect, test } from "vitest";
import config from "../../convex/convex.config.ts?raw";
import example from "../../.env.example?raw";

function namesIn(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].flatMap(([, name]) => name ?? []).sort();
}

test("each variable that functions may read is in .env.example, and no other", () => {
  const declared = namesIn(config, /^ +([A-Z_]+): v\./gm);
  expect(declared).toContain("CLERK_WEBHOOK_SECRET");
  expect(namesIn(example, /^([A-Z_]+)=$/gm)).toEqual(declared);
});
