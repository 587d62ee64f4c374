/**
 * What the documents name must be there. Each check looks at every document; each looks at something in some document,
 * so that none goes blind.
 */
import { spawnSync } from "node:child_process";
import { describe, expect, test, vi } from "vitest";
import { USUAL_PORTS } from "../../scripts/dev/ports.ts";
import {
  TEST_PROJECTS,
  bunCalls,
  convexCalls,
  shellBlocks,
  testProjects,
  wrongInBunCall,
  wrongInConvexCall,
} from "./docs/commands.ts";
import { documents, parseDocument, type Document } from "./docs/documents.ts";
import {
  definitionsIn,
  missingVariables,
  variablesIn,
  wrongDefinitions,
  wrongNames,
  namesIn,
  flagsIn,
  wrongFlags,
  logLines,
  isLogged,
  packagesIn,
  missingPackages,
  routesIn,
  missingRoutes,
} from "./docs/names.ts";
import { brokenTargets, internalTargets, missingPaths, pathsIn } from "./docs/places.ts";

/** What a check looks at in a document, and what of it is wrong. */
interface Check {
  looksAt: (document: Document) => unknown[];
  wrong: (document: Document) => string[];
  /** Lines that are wrong, each by itself. */
  catches: string[];
}

const ports = Object.values(USUAL_PORTS).map(String);
const addresses = ({ text }: Document) =>
  [...text.matchAll(/https?:\/\/(?:127\.0\.0\.1|localhost):(\d+)/g)].map(([, port = ""]) => port);

const checks: Record<string, Check> = {
  "scripts and their flags": {
    catches: [
      "`bun run nonsense`",
      "`bun run dev --nonsense`",
      "`bun run codegen --json`",
      "`bun run prove nonsense`",
      "```sh\nnpx --yes bun@1 run nonsense\n```",
    ],
    looksAt: bunCalls,
    wrong: (document) => bunCalls(document).flatMap(wrongInBunCall),
  },
  "flags by themselves": {
    catches: ["It takes `--nonsense DIR`."],
    looksAt: flagsIn,
    wrong: wrongFlags,
  },
  "calls of the official CLI": {
    catches: [
      "`npx convex nonsense`",
      "`convex nonsense`",
      "`npx convex run projects/sweep:nonsense`",
      "```sh\nnpx convex run projects/reconcile/sweep:sweepRunning '{impatient}'\n```",
      "`npx convex env nonsense`",
      "`npx convex data nonsense`",
      "`npx convex logs --nonsense`",
    ],
    looksAt: convexCalls,
    wrong: (document) => convexCalls(document).flatMap(wrongInConvexCall),
  },
  "test projects": {
    catches: ["`npx vitest run --project nonsense`"],
    looksAt: testProjects,
    wrong: (document) => testProjects(document).filter((name) => !TEST_PROJECTS.includes(name)),
  },
  "shell blocks": {
    catches: ["```sh\nif true; then\n```"],
    looksAt: shellBlocks,
    wrong: (document) =>
      shellBlocks(document).flatMap((block) => {
        const { status, stderr } = spawnSync("bash", ["-n"], { input: block, encoding: "utf8" });
        return status === 0 ? [] : [stderr];
      }),
  },
  paths: {
    catches: [
      "`convex/nonsense.ts`",
      "`projects/nonsense.ts`",
      "`nonsense.ts`",
      "`tests/nonsense/`",
      "`.nonsense`",
    ],
    looksAt: pathsIn,
    wrong: missingPaths,
  },
  "links and images": {
    catches: [
      "[a](nonsense.md)",
      "[a](guarantees.md#nonsense)",
      "[a](#nonsense)",
      "![a](nonsense.png)",
      '<img src="nonsense.png">',
    ],
    looksAt: internalTargets,
    wrong: brokenTargets,
  },
  "definitions with their file": {
    catches: [
      "`nonsense` (`convex/projects/access.ts`)",
      "`ownedProject` (`convex/projects/reconcile/sweep.ts`)",
    ],
    looksAt: definitionsIn,
    wrong: wrongDefinitions,
  },
  names: {
    catches: ["`projects/queries:nonsense`", "`operations.nonsense`", "`someNonsense`"],
    looksAt: namesIn,
    wrong: wrongNames,
  },
  "environment variables, codes and constants": {
    catches: ["`SOME_NONSENSE`", "`npx convex env set CLERK_NONSENSE x`"],
    looksAt: variablesIn,
    wrong: missingVariables,
  },
  ports: {
    catches: ["http://127.0.0.1:1234"],
    looksAt: addresses,
    wrong: (document) => addresses(document).filter((port) => !ports.includes(port)),
  },
  routes: { catches: ["`POST /nonsense`", "`/nonsense`"], looksAt: routesIn, wrong: missingRoutes },
  packages: { catches: ["`@quaver/nonsense`"], looksAt: packagesIn, wrong: missingPackages },
  "lines of the log": {
    catches: ["# What to watch\n\n`Some nonsense ...`"],
    looksAt: logLines,
    wrong: (document) => logLines(document).filter((line) => !isLogged(line)),
  },
};

/** The CLI is asked for help, command by command; it takes its time to start. */
vi.setConfig({ testTimeout: 60_000 });

const all = documents();

test("the documents are found", () => {
  const paths = all.map(({ path }) => path);
  expect(paths).toEqual(expect.arrayContaining(["README.md", "docs/operating.md"]));
});

describe.each(all.map((document) => [document.path, document] as const))(
  "%s",
  (_path, document) => {
    test.each(Object.entries(checks))("%s", (_name, { wrong }) => {
      expect(wrong(document)).toEqual([]);
    });
  },
);

describe.each(Object.entries(checks))("what is wrong is seen: %s", (_name, { wrong, catches }) => {
  test.each(catches)("%s", (line) => {
    expect(wrong(parseDocument("docs/wrong.md", line))).not.toEqual([]);
  });
});

test.each(Object.entries(checks))(
  "somewhere there is something to look at: %s",
  (_name, { looksAt }) => {
    expect(all.flatMap(looksAt)).not.toEqual([]);
  },
);

test("the README tells how to run each kind of test", () => {
  const readme = all.find(({ path }) => path === "README.md")!;
  expect(testProjects(readme).sort()).toEqual(TEST_PROJECTS.toSorted());
});
