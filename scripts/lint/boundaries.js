/**
 * Who may import what (arrows point one way):
 * `convex/` → `@quaver/sandbox` → `@daytonaio/sdk`; nothing in either knows that the local deployment
 * or the emulators exist, and the local deployment knows nothing of Quaver. The example knows the
 * backend as any front end does: by its functions, their types, its errors and its limits. And who may write projects.
 */

const daytona = {
  regex: "^@daytona(io)?/",
  message: "The Daytona SDK stays behind packages/sandbox.",
};

const daytonaTypesOnly = {
  regex: "^@daytona/",
  allowTypeImports: true,
  message: "The emulators take Daytona's types, never its code.",
};

const daytonaSdk = {
  regex: "^@daytonaio/",
  message: "The Daytona SDK stays behind packages/sandbox.",
};

const developmentOnly = {
  regex: "^@quaver/(local-deployment|emulators)(/|$)|^(\\.\\./)+packages/",
  message: "The backend does not know that the local deployment or the emulators exist.",
};

const quaver = {
  regex: "^@quaver/|^(\\.\\./)+convex/",
  message: "The local deployment knows nothing of Quaver.",
};

const frontEnd = [
  {
    regex: "^@backend/(?!_generated/(api|dataModel)$|lib/(errors|limits)$)",
    allowTypeImports: true,
    message:
      "Of the backend a front end imports the generated API, lib/errors and lib/limits alone.",
  },
  {
    regex: "^@quaver/|^(\\.\\./)+(convex|packages)/",
    message: "A front end reaches the backend as @backend, and nothing else of this repository.",
  },
];

const bareRegistrars = {
  regex: "/_generated/server(\\.js)?$",
  importNames: ["query", "mutation", "action"],
  message: "Public functions are made by the builders in convex/lib/functions.ts.",
};

const generatedEnv = {
  regex: "/_generated/server(\\.js)?$",
  importNames: ["env"],
  allowTypeImports: true,
  message: "In Node the generated env is the first call's: take the one of convex/lib/env.ts.",
};

/** Settings are arguments: what a package reads from the environment by itself, nobody declares. */
const processEnv = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: "The package's settings are its arguments.",
};

/** One `no-restricted-imports` entry for `files`; a later entry replaces an earlier one. */
function zone(files, ...patterns) {
  return { files, rules: { "@typescript-eslint/no-restricted-imports": ["error", { patterns }] } };
}

/** Calls of `ctx.db` that write one of the tables that `projects/store.ts` keeps in step. */
const projectWrites = {
  selector:
    "CallExpression[callee.property.name=/^(insert|patch|replace|delete)$/][arguments.0.value=/^project(s|Counts)$/]",
  message: "Projects are written through convex/projects/store.ts, which counts them.",
};

export const boundaries = [
  zone(["**/*.ts", "**/*.tsx"], daytona),
  zone(["packages/emulators/**/*.ts"], daytonaTypesOnly, daytonaSdk),
  zone(["packages/sandbox/src/**/*.ts"], developmentOnly),
  zone(["packages/sandbox/tests/**/*.ts"]),
  zone(["packages/local-deployment/**/*.ts"], daytona, quaver),
  zone(["example/**/*.{ts,tsx}"], daytona, ...frontEnd),
  zone(["convex/**/*.ts"], daytona, developmentOnly, bareRegistrars, generatedEnv),
  zone(["convex/lib/functions.ts"], daytona, developmentOnly, generatedEnv),
  // The push itself evaluates these two, anew each time.
  zone(["convex/{auth,convex}.config.ts"], daytona, developmentOnly, bareRegistrars),
  {
    files: ["packages/sandbox/src/**/*.ts"],
    rules: { "no-restricted-syntax": ["error", processEnv] },
  },
  {
    files: ["convex/**/*.ts"],
    ignores: ["convex/projects/store.ts"],
    rules: { "no-restricted-syntax": ["error", projectWrites] },
  },
];
