import { expect, test } from "vitest";
import { setEnvironment } from "../../../../../tests/support/project.ts";
import { type Bundled, aFunction, pushTarget } from "../support/wire_push.ts";

const PUSHING = "Hit an error while pushing:\n";
const AUTH = `${PUSHING}The pushed auth config is invalid: `;
const NOT_PROVIDERS = `${AUTH}auth config file must include a list of provider credentials: `;
const OF_APP =
  "Please make sure that you’re exporting the return value of `defineApp()` (`import { defineApp } from 'convex/server'`).";
const target = pushTarget();

const STRING = '{"type":"string"}';
const literal = (value: string) => `{"type":"literal","value":${JSON.stringify(value)}}`;
const envVar = (name: string, validator = STRING, optional = false) => [
  name,
  { type: "value", value: validator, ...(optional ? { optional } : {}) },
];
const definition = (exported: object) =>
  `export default { export: () => (${JSON.stringify(exported)}) };`;
/** An app's `convex.config.ts`; `use` names its children, all of the one component. */
const app = (use: readonly object[] = [], rest: object = {}) =>
  definition({
    definitionType: { type: "app" },
    childComponents: use.map((child) => ({ name: "counter", path: "counter", args: [], ...child })),
    ...rest,
  });
const counter = (rest: object = {}, modules: Bundled["modules"] = {}): Bundled => ({
  config: definition({
    definitionType: { type: "childComponent", name: "counter", args: [] },
    childComponents: [],
    ...rest,
  }),
  modules,
});
const withCounter = (
  use: readonly object[],
  component: Bundled = counter(),
  rest: object = {},
): Bundled => ({
  config: app(use, rest),
  dependencies: ["counter"],
  components: { counter: component },
});
const auth = (config: unknown): Bundled => ({
  modules: { "auth.config.js": `export default ${JSON.stringify(config)};` },
});
const provider = (entry: object) => auth({ providers: [entry] });
const component = '[ComponentName(Identifier("counter"))]';
const needing = counter({ envVars: [envVar("KEY")] });

const refused: readonly (readonly [name: string, project: Bundled, code: string, words: string])[] =
  [
    [
      "a component of a name with a dash",
      withCounter([{ name: "my-counter" }]),
      "InvalidDefinition",
      `${PUSHING}Identifier my-counter has invalid character '-': Identifiers can only contain alphanumeric characters or underscores`,
    ],
    [
      "two components of one name",
      withCounter([{}, {}]),
      "TypecheckError",
      `${PUSHING}Component ComponentDefinitionPath { path: "" } has multiple child components with the same name: ComponentName(Identifier("counter"))`,
    ],
    [
      "definitions that need each other",
      {
        config: app(),
        dependencies: ["counter"],
        components: { counter: { ...counter(), dependencies: ["counter"] } },
      },
      "CyclicImport",
      `${PUSHING}Found cyclic definition dependency`,
    ],
    [
      "a config without a default export",
      { config: "export const a = 1;" },
      "InvalidDefinition",
      `${PUSHING}The default export of \`convex.config.ts\` in your app has an invalid value (missing default export). ${OF_APP}`,
    ],
    [
      "a config of a number",
      { config: "export default 5;" },
      "InvalidDefinition",
      `${PUSHING}The default export of \`convex.config.ts\` in your app has an invalid value (the default export is not an object). ${OF_APP}`,
    ],
    [
      "a config of two exports",
      { config: `${app()} export const a = 1;` },
      "InvalidDefinition",
      `${PUSHING}The default export of \`convex.config.ts\` in your app has an invalid value (\`convex.config.ts\` has more than one export). ${OF_APP}`,
    ],
    [
      "a config that exports nothing",
      { config: "export default {};" },
      "InvalidDefinition",
      `${PUSHING}The default export of \`convex.config.ts\` in your app has an invalid value (missing \`export\` property on the default export of \`convex.config.ts\`). ${OF_APP}`,
    ],
    [
      "a config that throws",
      { config: 'throw new Error("no");' },
      "InvalidConvexConfig",
      `${PUSHING}Uncaught Error: no`,
    ],
    [
      "a config that asks for the time",
      { config: `Date.now(); ${app()}` },
      "InvalidConvexConfig",
      `${PUSHING}Uncaught Error: Date unsupported when evaluating app definition`,
    ],
    [
      "a component's config that reads a variable",
      {
        ...withCounter([{}]),
        components: { counter: { config: "export default process.env.ANY;" } },
      },
      "InvalidConvexConfig",
      `${PUSHING}Uncaught Error: Environment variables are only supported in the app's convex.config.ts. Learn more at https://docs.convex.dev/components/authoring#environment-variables`,
    ],
    [
      "a mount with a star",
      withCounter([{}], counter(), { httpMounts: { "/a*/": "_reference/childComponent/counter" } }),
      "InvalidDefinition",
      `${PUSHING}Condition failed: \`!s.contains('*')\``,
    ],
    [
      "an app's HTTP prefix with a star",
      { config: app([], { httpPrefix: "/*/" }) },
      "InvalidDefinition",
      `${PUSHING}Condition failed: \`!s.contains('*')\``,
    ],
    [
      "a mount of a component without routes",
      withCounter([{}], counter(), { httpMounts: { "/a/": "_reference/childComponent/counter" } }),
      "TypecheckError",
      `${PUSHING}HTTP mount HttpMountPath("/a/") is invalid: Child component ComponentName(Identifier("counter")) doesn't have any HTTP routes.`,
    ],
    [
      "a mount where the app has a prefix route",
      {
        ...withCounter(
          [{}],
          counter(
            {},
            {
              "http.js":
                'export default { isRouter: true, getRoutes: () => [["/b", "GET", () => 0]] };',
            },
          ),
          { httpMounts: { "/a/": "_reference/childComponent/counter" } },
        ),
        modules: {
          "http.js":
            'export default { isRouter: true, getRoutes: () => [["/a/*", "GET", () => 0]] };',
        },
      },
      "TypecheckError",
      `${PUSHING}HTTP mount HttpMountPath("/a/") is invalid: Overlap with existing prefix route`,
    ],
    [
      "a Node module in a component",
      withCounter([{}], { ...counter(), nodeModules: { "n.js": "export {};" } }),
      "InvalidConfig",
      'Node actions are not supported in components. Remove `"use node;" from n.js',
    ],
    [
      "a component's module that throws",
      withCounter([{}], counter({}, { "m.js": 'throw new Error("no");' })),
      "InvalidModules",
      `${PUSHING}Loading the pushed modules encountered the following\n    error:\nFailed to analyze m.js: Uncaught Error: no`,
    ],
    [
      "a component's schema with a reserved table",
      withCounter([{}], {
        ...counter(),
        schema: `export default { export: () => '{"tables":[{"tableName":"_t","indexes":[]}]}' };`,
      }),
      "TableNameReserved",
      `${PUSHING}Hit an error while evaluating your schema:\n_t is a reserved table name.`,
    ],

    [
      "a variable that is no string",
      { config: app([], { envVars: [envVar("N", '{"type":"number"}')] }) },
      "InvalidEnvVarDeclaration",
      `${PUSHING}Env var \`N\` on the app has a non-string validator. Component env vars must be declared with \`v.string()\`, \`v.literal("...")\`, or a union of those.`,
    ],
    [
      "a variable that the component needs and isn't given",
      withCounter([{}], needing),
      "TypecheckError",
      `${PUSHING}Component ${component} is missing required env var Identifier("KEY")`,
    ],
    [
      "a variable that the component doesn't know",
      withCounter([{ env: [["OTHER", { type: "value", value: "x" }]] }]),
      "TypecheckError",
      `${PUSHING}Component ${component} has no env var named Identifier("OTHER")`,
    ],
    [
      "a variable's value that the component refuses",
      withCounter(
        [{ env: [["KEY", { type: "value", value: "c" }]] }],
        counter({ envVars: [envVar("KEY", literal("a"))] }),
      ),
      "TypecheckError",
      `${PUSHING}Component ${component} has an invalid value for env var Identifier("KEY"): \`"c"\` does not match literal validator \`v.literal("a")\`.`,
    ],
    [
      "a variable of the app's that it doesn't declare",
      withCounter([{ env: [["KEY", { type: "envVar", name: "MINE" }]] }], needing),
      "TypecheckError",
      `${PUSHING}Component ${component} env var Identifier("KEY") references undeclared parent env var MINE`,
    ],
    [
      "a variable of the app's that may be missing",
      withCounter([{ env: [["KEY", { type: "envVar", name: "MINE" }]] }], needing, {
        envVars: [envVar("MINE", STRING, true)],
      }),
      "TypecheckError",
      `${PUSHING}Component ${component} env var Identifier("KEY") is required, but parent env var MINE is optional`,
    ],
    [
      "a variable of the app's that may be another",
      withCounter(
        [{ env: [["KEY", { type: "envVar", name: "MINE" }]] }],
        counter({ envVars: [envVar("KEY", literal("a"))] }),
        { envVars: [envVar("MINE")] },
      ),
      "TypecheckError",
      `${PUSHING}Component ${component} env var Identifier("KEY") validator is not satisfied by parent env var MINE validator`,
    ],

    [
      "an auth.config without a default export",
      { modules: { "auth.config.js": "export const a = 1;" } },
      "InvalidAuthConfig",
      `${AUTH}auth config file is missing default export. To learn more, see the auth documentation at https://docs.convex.dev/auth.`,
    ],
    [
      "an auth.config of a function",
      { modules: { "auth.config.js": "export default () => 1;" } },
      "InvalidAuthConfig",
      `${AUTH}auth config file can only contain strings To learn more, see the auth documentation at https://docs.convex.dev/auth.`,
    ],
    [
      "an auth.config without providers",
      auth({}),
      "InvalidAuthConfig",
      `${NOT_PROVIDERS}missing field \`providers\``,
    ],
    [
      "a provider without an application",
      provider({ domain: "https://a.example.com" }),
      "InvalidAuthConfig",
      `${NOT_PROVIDERS}data did not match any variant of untagged enum SerializedAuthInfo`,
    ],
    [
      "an application that is spelled otherwise",
      provider({ domain: "https://a.example.com", applicationId: "a" }),
      "InvalidAuthConfig",
      `${NOT_PROVIDERS}Provider at index 0 must have applicationID property spelled lowercase 'application', capital I, capital D.`,
    ],
    [
      "a provider of an unknown kind",
      provider({ type: "saml", domain: "https://a.example.com", applicationID: "a" }),
      "InvalidAuthConfig",
      `${NOT_PROVIDERS}Provider at index 0 has unexpected 'type' value 'saml'`,
    ],
    [
      "a customJwt with a domain",
      provider({ type: "customJwt", domain: "https://a.example.com" }),
      "InvalidAuthConfig",
      `${NOT_PROVIDERS}Provider at index 0 is a customJwt so cannot have a 'domain' specified`,
    ],
    [
      "a customJwt without keys",
      provider({ type: "customJwt", issuer: "https://a.example.com", algorithm: "RS256" }),
      "InvalidAuthConfig",
      `${NOT_PROVIDERS}data did not match any variant of untagged enum SerializedAuthInfo`,
    ],
    [
      "a customJwt of another algorithm",
      provider({
        type: "customJwt",
        issuer: "https://a.example.com",
        jwks: "data:,",
        algorithm: "HS256",
      }),
      "InvalidAuthConfig",
      `${NOT_PROVIDERS}data did not match any variant of untagged enum SerializedAuthInfo`,
    ],
    [
      "an OIDC provider with an issuer",
      provider({ issuer: "https://a.example.com", applicationID: "a" }),
      "InvalidAuthConfig",
      `${NOT_PROVIDERS}Provider at index 0 is oidc so cannot have an 'issuer' specified.`,
    ],
    [
      "an issuer that many share",
      provider({
        type: "customJwt",
        issuer: "https://api.workos.com/",
        jwks: "data:,",
        algorithm: "RS256",
      }),
      "InvalidAuthConfig",
      `${AUTH}This auth configuration appears potentially insecure: Provider at index 0 has an issuer that is shared among many applications, so must to specify an ApplicationID to check against an \`aud\` field of a JWT.`,
    ],
    [
      "a domain of another scheme",
      provider({ domain: "ftp://a.example.com", applicationID: "a" }),
      "InvalidAuthConfig",
      `${AUTH}Invalid provider domain URL "ftp://a.example.com": scheme should be http or https`,
    ],
    [
      "a domain that is no domain",
      provider({ domain: "nonsense", applicationID: "a" }),
      "InvalidAuthConfig",
      `${AUTH}Invalid provider domain URL "nonsense": Does not look like a URL (must have a scheme or end with a top-level domain)`,
    ],
    [
      "an auth.config that reads what isn't set",
      { modules: { "auth.config.js": "export default { providers: [process.env.NOT_SET] };" } },
      "AuthConfigMissingEnvironmentVariable",
      `${PUSHING}Environment variable NOT_SET is used in auth config file but its value was not set`,
    ],
    [
      "an auth.config that draws lots",
      { modules: { "auth.config.js": "export default Math.random();" } },
      "InvalidAuthConfig",
      `${AUTH}Uncaught Error: Math.random unsupported when evaluating auth config file`,
    ],
  ];

test.each(refused)("start_push refuses %s", async (_name, project, code, words) => {
  const outcome = await target.push(project);
  expect(outcome).toMatchObject({ status: 400, code });
  // A thrown error is followed by its stack, and a validator's failure by the value.
  const isLonger = /Uncaught|does not match/.test(words);
  const message = isLonger ? outcome.message.slice(0, words.length) : outcome.message;
  expect(message).toBe(words);
});

test("finish_push refuses an app whose declared variables are missing or invalid", async () => {
  const project = {
    config: app([], {
      envVars: [envVar("NEEDED"), envVar("ALSO"), envVar("MODE", literal("a"), true)],
    }),
  };
  expect(await target.push(project)).toMatchObject({ status: 200 });
  expect(await target.pushToTheEnd(project)).toEqual({
    status: 400,
    code: "MissingEnvironmentVariables",
    message: `${PUSHING}Required environment variables are not set: ALSO, NEEDED. Set them in the Convex dashboard or CLI before pushing.`,
  });
  await setEnvironment(target.deployment, { NEEDED: "1", ALSO: "2", MODE: "b" });
  expect(await target.pushToTheEnd(project)).toEqual({
    status: 400,
    code: "InvalidEnvironmentVariable",
    message: `${PUSHING}Environment variable MODE does not match its declared validator: \`"b"\` does not match literal validator \`v.literal("a")\`.`,
  });
  await setEnvironment(target.deployment, { MODE: "a" });
  expect(await target.pushToTheEnd(project)).toMatchObject({ status: 200 });
});

test("start_push accepts components with variables and HTTP prefixes", async () => {
  const http = {
    "http.js": 'export default { isRouter: true, getRoutes: () => [["/b", "GET", () => 0]] };',
  };
  const project = withCounter(
    [{ env: [["KEY", { type: "envVar", name: "MINE" }]] }],
    counter(
      { envVars: [envVar("KEY")] },
      { ...http, "m.js": `export const f = ${aFunction("query")};` },
    ),
    {
      envVars: [envVar("MINE", literal("a"))],
      httpPrefix: "/api/",
      httpMounts: { "/counter/": "_reference/childComponent/counter" },
    },
  );
  expect(await target.push({ ...project, modules: http })).toMatchObject({
    status: 200,
    message: "",
  });
});
