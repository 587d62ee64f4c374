/** The repository's own rules of eslint.config.js: each refuses what it should. */
import { join } from "node:path";
import { ESLint } from "eslint";
import { describe, expect, test } from "vitest";
import { ROOT } from "../../scripts/lib/convex-cli.ts";

/** The types of one file and what it imports: those of the whole repository take half a minute to load. */
const TYPES_OF_ONE_FILE = {
  projectService: false,
  project: join(ROOT, "tests/repository/lint.tsconfig.json"),
  disallowAutomaticSingleRunInference: true, // in CI, it would read the files, and not what is linted here
};
const TYPED_FILE = "scripts/check.ts"; // which that file names

const eslint = new ESLint({
  cwd: ROOT,
  overrideConfig: {
    files: [TYPED_FILE],
    languageOptions: { parserOptions: TYPES_OF_ONE_FILE },
  },
});

/** A hundred times as fast, for rules that need no types. */
const untyped = new ESLint({
  cwd: ROOT,
  overrideConfig: { languageOptions: { parserOptions: { projectService: false } } },
  ruleFilter: ({ ruleId }) => UNTYPED.has(ruleId),
});

const BOUNDARY = "@typescript-eslint/no-restricted-imports";
const ENVIRONMENT = "environment/env-at-call-time";
const SYNTAX = "no-restricted-syntax";
const CAST = "quaver/casts-give-reason";
const SUPPRESSION = "quaver/suppressions-give-reason";
const PROCESS_ENV = "@convex-dev/no-process-env";
const CLICK = "jsx-a11y-x/click-events-have-key-events";
const HOOK = "react-hooks/rules-of-hooks";
const UNTYPED = new Set([
  BOUNDARY,
  ENVIRONMENT,
  SYNTAX,
  CAST,
  SUPPRESSION,
  PROCESS_ENV,
  CLICK,
  HOOK,
]);

/** Whether a rule refuses `code` as the content of `file`, which exists, so that its types are known. */
async function isRefused(rule: string, file: string, code: string): Promise<boolean> {
  const engine = UNTYPED.has(rule) ? untyped : eslint;
  const results = await engine.lintText(code, { filePath: join(ROOT, file) });
  return results.some(({ messages }) => messages.some(({ ruleId }) => ruleId === rule));
}

describe("imports between modules", () => {
  test.each([
    ["convex/schema.ts", 'import "@daytonaio/sdk";'],
    ["convex/schema.ts", 'import "@quaver/local-deployment";'],
    ["convex/schema.ts", 'import "@quaver/emulators";'],
    ["convex/schema.ts", 'import "../packages/emulators/src/index.ts";'],
    ["convex/schema.ts", 'import { query } from "./_generated/server";\nvoid query;'],
    ["convex/schema.ts", 'import { env } from "./_generated/server";\nvoid env;'],
    ["convex/lib/functions.ts", 'import { env } from "../_generated/server";\nvoid env;'],
    ["convex/schema.ts", 'import * as server from "./_generated/server";\nvoid server;'],
    ["convex/lib/errors.ts", 'import "../projects/tables";'],
    ["convex/lib/functions.ts", 'import "../auth/users";'],
    ["convex/auth/users.ts", 'import "../projects/access";'],
    ["convex/auth/users.ts", 'import "stripe";'],
    ["convex/messages/queries.ts", 'import "../projects/lifecycle";'],
    ["convex/payments/queries.ts", 'import "../projects/lifecycle";'],
    ["convex/payments/stripe/sync.ts", 'import "../../projects/store";'],
    ["convex/projects/checks.ts", 'import "../payments/queries";'],
    ["convex/projects/sandbox/create.ts", 'import "../../turns/mutations";'],
    ["convex/projects/actions.ts", 'import "@clerk/backend";'],
    ["convex/turns/turn.ts", 'import "../projects/sandbox/create";'],
    ["convex/payments/plans.ts", 'import "@quaver/sandbox";'],
    ["packages/sandbox/src/index.ts", 'import "@quaver/emulators";'],
    ["packages/local-deployment/src/lib/errors.ts", 'import "@quaver/sandbox";'],
    ["packages/local-deployment/src/lib/errors.ts", 'import "../../../convex/schema.ts";'],
    ["packages/local-deployment/src/lib/errors.ts", 'import "../limits/functions.ts";'],
    ["packages/local-deployment/src/values/ids.ts", 'import "../storage/catalog.ts";'],
    ["packages/local-deployment/src/values/ids.ts", 'import "@daytonaio/sdk";'],
    ["packages/local-deployment/src/tx/usage.ts", 'import "../engine/paths.ts";'],
    ["packages/local-deployment/src/runtime/console.ts", 'import "../values/ids.ts";'],
    [
      "packages/local-deployment/src/engine/syscalls/meta.ts",
      'import type { ActionTask } from "../../actions/protocol.ts";\nexport type X = ActionTask;',
    ],
    ["packages/local-deployment/src/sync/session.ts", 'import "../server/site.ts";'],
    ["packages/local-deployment/src/application/job_loop.ts", 'import "../sync/session.ts";'],
    ["packages/local-deployment/src/server/site.ts", 'import "../deployment.ts";'],
    ["packages/emulators/src/index.ts", 'import "@daytonaio/sdk";'],
    ["packages/emulators/src/index.ts", 'import "@daytona/api-client";'],
    ["scripts/check.ts", 'import "@daytonaio/sdk";'],
    ["example/src/env.ts", 'import "@quaver/emulators";'],
    ["example/src/env.ts", 'import { PLANS } from "@backend/payments/plans";\nvoid PLANS;'],
    ["example/src/env.ts", 'import "../../convex/_generated/api";'],
  ])("%s may not: %s", async (file, code) => {
    expect(await isRefused(BOUNDARY, file, code)).toBe(true);
  });

  test.each([
    ["convex/projects/sandbox/daytona.ts", 'import "@quaver/sandbox";'],
    ["convex/projects/checks.ts", 'import "../payments/plans";'],
    ["convex/projects/sandbox/create.ts", 'import "../../turns/turn";'],
    ["convex/turns/turn.ts", 'import "../projects/lease";'],
    ["convex/payments/stripe/client.ts", 'import "stripe";'],
    ["convex/lib/functions.ts", 'import { query } from "./_generated/server";\nvoid query;'],
    ["convex/auth.config.ts", 'import { env } from "./_generated/server";\nvoid env;'],
    [
      "convex/turns/agent.ts",
      'import type { env } from "../_generated/server";\nexport type X = typeof env;',
    ],
    ["packages/sandbox/src/index.ts", 'import "@daytonaio/sdk";'],
    [
      "packages/emulators/src/index.ts",
      'import type { Sandbox } from "@daytona/api-client";\nexport type X = Sandbox;',
    ],
    ["packages/local-deployment/src/lib/errors.ts", 'import "convex/values";'],
    ["packages/local-deployment/src/server/site.ts", 'import "../sync/session.ts";'],
    ["packages/local-deployment/src/sync/session.ts", 'import "../application/client_calls.ts";'],
    ["packages/local-deployment/src/engine/syscalls/meta.ts", 'import "../../tx/usage.ts";'],
    ["packages/local-deployment/src/engine/handlers/code.ts", 'import "../indexes.ts";'],
    ["example/src/env.ts", 'import { isQuaverError } from "@backend/lib/errors";'],
    [
      "example/src/env.ts",
      'import { MAX_NAME_LENGTH } from "@backend/lib/limits";\nvoid MAX_NAME_LENGTH;',
    ],
    ["example/src/env.ts", 'import { api } from "@backend/_generated/api";'],
    [
      "example/src/env.ts",
      'import type { PlanName } from "@backend/payments/plans";\nexport type X = PlanName;',
    ],
  ])("%s may: %s", async (file, code) => {
    expect(await isRefused(BOUNDARY, file, code)).toBe(false);
  });
});

describe("when variables are read", () => {
  const using = (code: string) => `import { env } from "../lib/env";\n${code}`;

  test.each([
    "export const KEY = env.DAYTONA_API_KEY;",
    "const { DAYTONA_API_KEY } = env;\nexport const key = () => DAYTONA_API_KEY;",
    "const captured = env;\nexport const key = () => captured.DAYTONA_API_KEY;",
    "const found = { key: env.DAYTONA_API_KEY };\nexport const key = () => found.key;",
    "export { env };",
    "if (env.SITE_URL) void 0;",
  ])("not while a module loads: %s", async (code) => {
    expect(await isRefused(ENVIRONMENT, "convex/projects/mutations.ts", using(code))).toBe(true);
  });

  test("not under another name, or through another module", async () => {
    const renamed = 'import { env as e } from "../lib/env";\nexport const KEY = e.SITE_URL;';
    expect(await isRefused(ENVIRONMENT, "convex/projects/mutations.ts", renamed)).toBe(true);
    const handedOn = 'export { env } from "../lib/env";';
    expect(await isRefused(ENVIRONMENT, "convex/projects/mutations.ts", handedOn)).toBe(true);
  });

  test.each([
    "export const key = () => env.DAYTONA_API_KEY;",
    "export function key() {\n  const { DAYTONA_API_KEY } = env;\n  return DAYTONA_API_KEY;\n}",
    "export type Name = keyof typeof env;",
  ])("in functions, and for types: %s", async (code) => {
    expect(await isRefused(ENVIRONMENT, "convex/projects/mutations.ts", using(code))).toBe(false);
  });

  test("process.env is read nowhere else, also not in the sandbox package", async () => {
    const code = "export const key = () => process.env.DAYTONA_API_KEY;";
    expect(await isRefused(PROCESS_ENV, "convex/projects/mutations.ts", code)).toBe(true);
    expect(await isRefused(SYNTAX, "packages/sandbox/src/index.ts", code)).toBe(true);
  });
});

describe("writing projects", () => {
  const writes = (call: string) =>
    `import type { MutationCtx } from "../_generated/server";
     export const f = (ctx: MutationCtx, id: never) => ctx.db.${call};`;

  test.each([
    'insert("projects", id)',
    'patch("projects", id, {})',
    'replace("projects", id, id)',
    'delete("projects", id)',
  ])("refused: %s", async (call) => {
    expect(await isRefused(SYNTAX, "convex/projects/mutations.ts", writes(call))).toBe(true);
  });

  test("the store may write, and every file may read", async () => {
    const written = writes('delete("projects", id)');
    expect(await isRefused(SYNTAX, "convex/projects/store.ts", written)).toBe(false);
    const read = writes('get("projects", id)');
    expect(await isRefused(SYNTAX, "convex/projects/mutations.ts", read)).toBe(false);
  });
});

describe("reasons in comments", () => {
  const file = "scripts/check.ts";

  test("a type assertion without a comment is refused", async () => {
    expect(await isRefused(CAST, file, "export const a = JSON.parse('1') as number;")).toBe(true);
  });

  test.each([
    "// The text is a number.\nexport const a = JSON.parse('1') as number;",
    "export const a = JSON.parse('1') as number; // the text is a number",
    "export const a = ['x'] as const;",
  ])("%j is fine", async (code) => {
    expect(await isRefused(CAST, file, code)).toBe(false);
  });

  test("a suppression without a reason is refused", async () => {
    const suppression = "// eslint-disable-next-line eqeqeq\nexport const a = 1 == 2;";
    expect(await isRefused(SUPPRESSION, file, suppression)).toBe(true);
  });
});

test("an element that a keyboard or a screen reader can't use is refused in the example", async () => {
  const file = "example/src/ui/Button.tsx";
  const code = "export const Sad = () => <div onClick={() => undefined}>Go</div>;";
  expect(await isRefused(CLICK, file, code)).toBe(true);
});

test("a hook that not every render calls is refused", async () => {
  const code = `import { useState } from "react";
  export function Sad({ a }: { a: boolean }) {
    if (a) useState(1);
    return null;
  }`;
  const file = "example/src/ui/Button.tsx";
  expect(await isRefused(HOOK, file, code)).toBe(true);
});

test("a floating promise is refused", async () => {
  const code = "export function f(): void {\n  Promise.resolve(1);\n}\n";
  const rule = "@typescript-eslint/no-floating-promises";
  expect(await isRefused(rule, TYPED_FILE, code)).toBe(true);
});

test("a switch that misses a case is refused", async () => {
  const code = `export function f(x: "a" | "b"): number {
    switch (x) { case "a": return 1; default: return 2; }
  }`;
  const rule = "@typescript-eslint/switch-exhaustiveness-check";
  expect(await isRefused(rule, TYPED_FILE, code)).toBe(true);
});

test("every rule of Convex's plugin is on for the functions", async () => {
  // ESLint's own types leave the merged configuration open.
  const config = (await eslint.calculateConfigForFile(join(ROOT, "convex/schema.ts"))) as {
    rules: Record<string, [number]>;
    plugins: Record<string, { rules: Record<string, unknown> }>;
  };
  const names = Object.keys(config.plugins["@convex-dev"]?.rules ?? {});
  expect(names.length).toBeGreaterThan(8);
  for (const name of names) expect(config.rules[`@convex-dev/${name}`]?.[0], name).toBe(2);
});
