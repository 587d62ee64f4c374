import { describe, expect, test } from "vitest";
import { aFunction, pushTarget, type Bundled } from "../support/wire_push.ts";

const PUSHING = "Hit an error while pushing:\n";
const LOADING = `${PUSHING}Loading the pushed modules encountered the following\n    error:\n`;
const SEE_VALIDATION = "See https://docs.convex.dev/functions/validation for docs on how to do";
const target = pushTarget();

const query = aFunction("query");
const mutation = aFunction("mutation");
const inModule = (source: string): Bundled => ({ modules: { "m.js": source } });
const exporting = (name: string, value: string) =>
  inModule(`const f = ${value}; export { f as ${name} };`);
const withRoutes = (routes: string): Bundled => ({
  modules: { "http.js": `export default { isRouter: true, getRoutes: () => ${routes} };` },
});
const crons = (exported: object): Bundled => ({
  modules: {
    "m.js": `export const query = ${query}; export const run = ${mutation};`,
    "crons.js": `export default { isCrons: true, export: () => ${JSON.stringify(JSON.stringify(exported))} };`,
  },
});
const cron = (schedule: object, name = "m:run", args: readonly unknown[] = [{}]) =>
  crons({ job: { name, args, schedule } });
const daily = { type: "daily", hourUTC: 1, minuteUTC: 2 };
const pretty = (schedule: object) =>
  JSON.stringify({ name: "m:run", args: [{}], schedule }, null, 2);
const badField = '{"type":"object","value":{"a-b":{"fieldType":{"type":"any"},"optional":false}}}';
const A_B =
  "Identifier a-b has invalid character '-': Identifiers can only contain alphanumeric characters or underscores";

type Case = readonly [name: string, project: Bundled, code: string, message: string];

const names: readonly Case[] = [
  [
    "a module's name with a dash",
    { modules: { "my-mod.js": "" } },
    "InvalidConfig",
    "my-mod.js is not a valid path to a Convex module. Path component my-mod.js can only contain alphanumeric characters, underscores, or periods.",
  ],
  [
    "a folder's name with a space",
    { modules: { "my dir/m.js": "" } },
    "InvalidConfig",
    "my dir/m.js is not a valid path to a Convex module. Path component my dir can only contain alphanumeric characters, underscores, or periods.",
  ],
  [
    "a name of 65 characters",
    { modules: { [`${"m".repeat(62)}.js`]: "" } },
    "InvalidConfig",
    `${"m".repeat(62)}.js is not a valid path to a Convex module. Path component is too long (65 > maximum 64): ${"m".repeat(62)}.j...`,
  ],
  [
    "a folder of underscores",
    { modules: { "__/m.js": "" } },
    "InvalidConfig",
    "__/m.js is not a valid path to a Convex module. Path component __ must have at least one alphanumeric character.",
  ],
  [
    "another extension",
    { modules: { "m.ts": "" } },
    "InvalidConfig",
    "m.ts is not a valid path to a Convex module. Module path (m.ts) has an extension that isn't 'js'.",
  ],
  [
    "an absolute path",
    { modules: { "/m.js": "" } },
    "InvalidConfig",
    "/m.js is not a valid path to a Convex module. Module paths must be relative (/m.js is absolute).",
  ],
  [
    "a path that leads out",
    { modules: { "../m.js": "" } },
    "InvalidConfig",
    "../m.js is not a valid path to a Convex module. Invalid path component ParentDir in ../m.js.",
  ],
  [
    "a function's name with a dollar",
    exporting("$f", query),
    "InvalidFunctionName",
    `${PUSHING}Invalid function name used in \`m.js\`: Invalid first character '$' in $f: Identifiers must start with an alphabetic character or underscore`,
  ],
  [
    "a function's name of underscores",
    exporting("__", query),
    "InvalidFunctionName",
    `${PUSHING}Invalid function name used in \`m.js\`: Identifier __ cannot have exclusively underscores`,
  ],
  [
    "a function of the name of a module beside its own",
    { modules: { "a.js": `export const b = ${query};`, "a/b.js": `export const c = ${query};` } },
    "InvalidExport",
    `${PUSHING}Path a/b.js:c conflicts with existing export`,
  ],
  [
    "a module whose name is an underscore",
    { modules: { "_.js": `export const a = ${query};` } },
    "InvalidModulePath",
    `${PUSHING}Invalid component "_" in module path _`,
  ],
  [
    "Node 18",
    { request: { nodeVersion: "18" } },
    "InvalidConfig",
    "Node 18 is no longer supported. Upgrade to a newer Node version (https://docs.convex.dev/production/project-configuration#configuring-the-nodejs-version).",
  ],
  [
    "a Node that isn't there",
    { request: { nodeVersion: "21" } },
    "InvalidConfig",
    "Invalid node version: 21",
  ],
  [
    "packages outside of the bundle, in this deployment's own words",
    { request: { nodeDependencies: [{ name: "sharp", version: "1" }] } },
    "NodeDependenciesUnsupported",
    "External Node packages (sharp) are not in the local deployment: leave `externalPackages` out of convex.json, so that they are bundled.",
  ],
];

const functions: readonly Case[] = [
  [
    "a query in Node",
    { nodeModules: { "n.js": `export const f = ${query};` } },
    "InvalidModules",
    `${LOADING}\`f\` defined in \`n.js\` is a Query function. Only actions can be defined in Node.js. See https://docs.convex.dev/functions/actions for more details.\n`,
  ],
  [
    "an argument's name with a dash, in Node",
    { nodeModules: { "n.js": `export const f = ${aFunction("action", { args: badField })};` } },
    "InvalidModules",
    `${LOADING}Unable to parse JSON from \`exportArgs\`:\nError in args validator: ${A_B}\n${SEE_VALIDATION} argument validation.\n`,
  ],
  [
    "a result's field with a dash, in Node",
    { nodeModules: { "n.js": `export const f = ${aFunction("action", { returns: badField })};` } },
    "InvalidNodeActionReturnsValidator",
    `${PUSHING}The return validator of \`f\` defined in \`n.js\` is invalid:\nError in returns validator: ${A_B}\n${SEE_VALIDATION} return value validation.`,
  ],
  [
    "arguments that are no object",
    exporting("f", aFunction("query", { args: '{"type":"string"}' })),
    "InvalidModules",
    `${LOADING}Invalid JSON returned from m.js:f.exportArgs(): Args validator must be an object or any\n`,
  ],
  [
    "an argument's name with a dash",
    exporting("f", aFunction("query", { args: badField })),
    "InvalidModules",
    `${LOADING}Invalid JSON returned from m.js:f.exportArgs(): Error in args validator: ${A_B}\n${SEE_VALIDATION} argument validation.\n`,
  ],
  [
    "a result's field with a dash",
    exporting("f", aFunction("query", { returns: badField })),
    "InvalidModules",
    `${LOADING}Invalid JSON returned from m.js:f.exportReturns(): Error in returns validator: ${A_B}\n${SEE_VALIDATION} return value validation.\n`,
  ],
  [
    "validators that are no JSON",
    exporting("f", aFunction("query", { args: "{" })),
    "InvalidModules",
    `${LOADING}Invalid JSON returned from m.js:f.exportArgs(): Invalid JSON\n`,
  ],
  [
    "an object that says it is a function",
    exporting("f", "{ isQuery: true, isPublic: true }"),
    "InvalidModules",
    `${LOADING}m.js:f is not a function.\n`,
  ],
  [
    "an http.js without a default export",
    { modules: { "http.js": "export {};" } },
    "InvalidModules",
    `${LOADING}\`convex/http.js\` must have a default export of a Router.\n`,
  ],
  [
    "an http.js of something else",
    { modules: { "http.js": "export default 5;" } },
    "InvalidModules",
    `${LOADING}The default export of \`convex/http.js\` is not a Router.\n`,
  ],
  [
    "a route of another method",
    withRoutes('[["/a", "TRACE", () => 0]]'),
    "InvalidModules",
    `${LOADING}The \`getRoutes()\` method of Router did not return the expected type. \`getRoutes()\` should be a function returning an array of entries of the form [path: string, method: string, handler: HttpAction] ('TRACE' is not not a routable method (one of GET, POST, PUT, DELETE, PATCH, OPTIONS))\n`,
  ],
  [
    "a route without a path",
    withRoutes("[[]]"),
    "InvalidModules",
    `${LOADING}The \`getRoutes()\` method of Router did not return the expected type. \`getRoutes()\` should be a function returning an array of entries of the form [path: string, method: string, handler: HttpAction] (arr[0][0] is not a string)\n`,
  ],
  [
    "a crons.js without a default export",
    { modules: { "crons.js": "export {};" } },
    "InvalidModules",
    `${LOADING}\`convex/crons.js\` must have a default export of a Crons object.\n`,
  ],
  [
    "a crons.js of something else",
    { modules: { "crons.js": "export default 5;" } },
    "InvalidModules",
    `${LOADING}The default export of \`convex/crons.js\` is not a Crons object.\n`,
  ],
];

const schedules: readonly Case[] = [
  [
    "on a function that isn't there",
    cron(daily, "m:gone"),
    "InvalidModules",
    `${LOADING}The cron job 'job' schedules a function that does not exist: m.js:gone\n`,
  ],
  [
    "on a module that isn't there",
    cron(daily, "gone:f"),
    "InvalidModules",
    `${LOADING}The cron job 'job' schedules a function that does not exist: gone.js:f\n`,
  ],
  [
    "on a query",
    cron(daily, "m:query"),
    "InvalidModules",
    `${LOADING}The cron job 'job' schedules a query function, only actions and mutations can be scheduled: m.js:query\n`,
  ],
  ["on no function's name", cron(daily, "m:a-b"), "InvalidCron", `${PUSHING}${A_B}`],
  [
    "of an umlaut",
    crons({ ü: { name: "m:run", args: [{}], schedule: daily } }),
    "InvalidCron",
    `${PUSHING}CronIdentifier ü has invalid character 'ü': CronIdentifiers can only contain ASCII letters, numbers, spaces, underscores, dashes and apostrophes`,
  ],
  [
    "at minute 60",
    cron({ type: "hourly", minuteUTC: 60 }),
    "InvalidCron",
    `${PUSHING}minuteUTC must be 0-59 in ${pretty({ type: "hourly", minuteUTC: 60 })}`,
  ],
  [
    "at hour 24",
    cron({ type: "daily", hourUTC: 24 }),
    "InvalidCron",
    `${PUSHING}hourUTC must be 0-23 in ${pretty({ type: "daily", hourUTC: 24 })}`,
  ],
  [
    "on day 32",
    cron({ type: "monthly", day: 32, hourUTC: 0 }),
    "InvalidCron",
    `${PUSHING}day of month must be 1-31 in ${pretty({ type: "monthly", day: 32, hourUTC: 0 })}`,
  ],
  [
    "every no seconds",
    cron({ type: "interval", seconds: 0 }),
    "InvalidCron",
    `${PUSHING}Interval must be an integer greater than 0`,
  ],
  [
    "every second and minute",
    cron({ type: "interval", seconds: 1, minutes: 1 }),
    "InvalidCron",
    `${PUSHING}Exactly one of (seconds, minutes, hours) should be specified`,
  ],
  ["of an unknown kind", cron({ type: "yearly" }), "InvalidCron", `${PUSHING}Invalid JSON`],
  [
    "of six fields",
    cron({ type: "cron", cron: "*/5 * * * * *" }),
    "InvalidCron",
    `${PUSHING}Failed to parse cron expression`,
  ],
  [
    "of a nickname",
    cron({ type: "cron", cron: "@daily" }),
    "InvalidCron",
    `${PUSHING}Failed to parse cron expression`,
  ],
  [
    "that never comes",
    cron({ type: "cron", cron: "0 0 31 2 *" }),
    "InvalidCron",
    `${PUSHING}The cron spec "0 0 31 2 *" will never match any time`,
  ],
  [
    "with arguments of a megabyte",
    cron(daily, "m:run", [{ a: "x".repeat(1024 * 1024) }]),
    "InvalidCron",
    `${PUSHING}Cron job args too large (1048584 > maximum size 1048576)`,
  ],
];

describe("start_push refuses", () => {
  test.each([...names, ...functions])("%s", async (_name, project, code, message) => {
    expect(await target.push(project)).toEqual({ status: 400, code, message });
  });

  test.each(schedules)("a cron %s", async (_name, project, code, message) => {
    expect(await target.push(project)).toEqual({ status: 400, code, message });
  });

  test("unchanged modules whose hash is not the deployed one", async () => {
    const kept = (sha256: string, environment = "isolate") => ({
      request: {
        appDefinition: {
          definition: null,
          dependencies: [],
          schema: null,
          changedModules: [],
          unchangedModuleHashes: [{ path: "m.js", environment, sha256 }],
          udfServerVersion: "1.48.0",
        },
      },
    });
    const gone = await target.push(kept("0"));
    expect(gone).toMatchObject({ status: 409, code: "MissingExistingModule" });
    const pushed = await target.pushToTheEnd(inModule("export const a = 1;"));
    expect(pushed).toMatchObject({ status: 200 });
    expect(await target.push(kept("0"))).toMatchObject({
      status: 409,
      code: "ExistingModuleHashConflict",
    });
  });

  test("more than 4,096 modules", async () => {
    const modules = Object.fromEntries(
      Array.from({ length: 4_097 }, (_, i) => [`m${i}.js`, "export {};"]),
    );
    expect(await target.push({ modules })).toEqual({
      status: 400,
      code: "InvalidModules",
      message: `${PUSHING}Too many function files (4097 > maximum 4096) in "convex/". See our docs (https://docs.convex.dev/using/writing-convex-functions#using-libraries) for more details.`,
    });
  });
});

test.each([
  ["crons that leave the minute open", cron({ type: "hourly" })],
  [
    "crons in every form of the grammar",
    cron({ type: "cron", cron: "*/15,5-10/2 0-6 1,15-20/3 MAR-may mon-5" }),
  ],
  [
    "exports that are no functions",
    inModule("export const a = 5, b = null, c = {}; export default () => 1;"),
  ],
  ["a module without exports", inModule("")],
  ["actions in Node", { nodeModules: { "n.js": `export const f = ${aFunction("action")};` } }],
  ["a route by HEAD", withRoutes('[["/a", "HEAD", () => 0]]')],
])("start_push accepts %s", async (_name, project) => {
  expect(await target.push(project)).toMatchObject({ status: 200, message: "" });
});
