/**
 * Who may import what, and who may write projects. Dependencies point one way:
 * `convex/` → `@quaver/sandbox` → `@daytonaio/sdk`; nothing in either knows that the local deployment
 * or the emulators exist, and the local deployment knows nothing of Quaver. The example knows the
 * backend as any front end does: by its functions, their types, its errors and its limits.
 * Inside the local deployment, each folder imports only those below it.
 */

const daytona = {
  regex: "^@daytona(io)?/",
  message: "Only packages/sandbox may import Daytona's SDK.",
};

const daytonaTypesOnly = {
  regex: "^@daytona/",
  allowTypeImports: true,
  message: "The emulators may import Daytona's types only.",
};

const daytonaSdk = {
  regex: "^@daytonaio/",
  message: "Only packages/sandbox may import Daytona's SDK.",
};

const pureRecipes = {
  regex: "^node:|^(\\.\\./)+(shared|chat)/",
  message: "The recipes are pure: they run in a sandbox and in a browser, too.",
};

const developmentOnly = {
  regex: "^@quaver/(local-deployment|emulators)(/|$)|^(\\.\\./)+packages/",
  message: "The backend may not import the local deployment or the emulators.",
};

const quaver = {
  regex: "^@quaver/|^(\\.\\./)+convex/",
  message: "The local deployment may not import Quaver's code.",
};

const repository = {
  regex: "^@quaver/|^(\\.\\./)+(convex|packages)/",
  message: "What runs in a sandbox may not import Quaver's code.",
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
    message: "A front end imports the backend as @backend, and nothing else of this repository.",
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
  message: "In Node the generated env is the first call's: use the one of convex/lib/env.ts.",
};

/** A variable that a package reads by itself would be declared nowhere. */
const processEnv = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: "A package takes its settings as arguments.",
};

/** What each domain of `convex/` may import of the others; the rest it reaches through `internal`. */
const DOMAINS = {
  lib: [],
  auth: ["lib/"],
  messages: ["lib/", "projects/(access|store)$"],
  payments: ["lib/"],
  projects: ["lib/", "payments/(entitlements|plans|usage)$", "turns/(end|failures|turn)$"],
  turns: [
    "lib/",
    "messages/(checks|store|tables)$",
    "projects/(access|checks|lease|lifecycle|store|tables|sandbox/(daytona|recheck|results))$",
  ],
};

/** The one domain, or the ones, that may import a vendor's package. */
const VENDORS = {
  "@clerk/": ["auth"],
  "@quaver/sandbox": ["projects", "turns"],
  stripe: ["payments"],
};

/** The zone of one domain of `convex/`. */
function domainZone(domain) {
  const names = Object.keys(DOMAINS).join("|");
  const allowed = DOMAINS[domain].map((path) => `(?!${path})`).join("");
  const others = {
    regex: `^(\\.\\./)+${allowed}(${names})/`,
    message: `convex/${domain} may import of other domains: ${DOMAINS[domain].join(", ") || "nothing"}.`,
  };
  const vendors = Object.entries(VENDORS)
    .filter(([, domains]) => !domains.includes(domain))
    .map(([name, domains]) => ({
      regex: `^${name}`,
      message: `Only ${domains.map((each) => `convex/${each}`).join(" and ")} may import ${name}.`,
    }));
  const builders = domain === "lib" ? [] : [bareRegistrars];
  const patterns = [daytona, developmentOnly, ...builders, generatedEnv, others, ...vendors];
  return zone([`convex/${domain}/**/*.ts`], ...patterns);
}

/** One `no-restricted-imports` entry for `files`; a later entry replaces an earlier one. */
function zone(files, ...patterns) {
  return { files, rules: { "@typescript-eslint/no-restricted-imports": ["error", { patterns }] } };
}

/** The folders of packages/local-deployment/src, from the lowest up, and those that each may import. */
const layers = {
  lib: [],
  limits: ["lib"],
  values: ["lib", "limits"],
  storage: ["lib", "values"],
  tx: ["lib", "limits", "values", "storage"],
  runtime: ["lib", "limits"],
  engine: ["lib", "limits", "values", "storage", "tx", "runtime"],
  auth: ["lib", "limits", "values", "engine"],
  actions: ["lib", "limits", "values", "tx", "runtime", "engine"],
  push: ["lib", "limits", "values", "runtime", "engine", "auth", "actions"],
  application: "lib limits values storage tx runtime engine auth actions push".split(" "),
  sync: ["lib", "limits", "values", "auth", "engine", "application"],
  server: "lib limits values tx runtime engine auth actions push application sync".split(" "),
};

/** A zone for each layer: its files may import neither a folder that its row leaves out, nor src's own entry points. */
function layerZones(...outer) {
  return Object.entries(layers).map(([layer, below]) => {
    const above = Object.keys(layers).filter((name) => name !== layer && !below.includes(name));
    const folders = above.map((name) => `${name}/`);
    return zone([`packages/local-deployment/src/${layer}/**/*.ts`], ...outer, {
      regex: `^(\\.\\./)+(${[...folders, "(cli|deployment|index)\\.ts$"].join("|")})`,
      message: `${layer}/ may import ${below.join(", ") || "no other folder"} (scripts/lint/boundaries.js).`,
    });
  });
}

/** Calls of `ctx.db` that write the table whose rows `projects/store.ts` counts. */
const projectWrites = {
  selector:
    "CallExpression[callee.property.name=/^(insert|patch|replace|delete)$/][arguments.0.value=/^(projects|leases)$/]",
  message: "Projects are written through convex/projects/store.ts, which counts them.",
};

export const boundaries = [
  zone(["**/*.ts", "**/*.tsx"], daytona),
  zone(["packages/emulators/**/*.ts"], daytonaTypesOnly, daytonaSdk),
  zone(["packages/emulators/src/model/recipes/**/*.ts"], daytonaTypesOnly, daytonaSdk, pureRecipes),
  zone(["packages/sandbox/src/**/*.ts"], developmentOnly),
  zone(["packages/sandbox/tests/**/*.ts"]),
  zone(["packages/agent/**/*.ts"], daytona, repository),
  zone(["packages/local-deployment/**/*.ts"], daytona, quaver),
  ...layerZones(daytona, quaver),
  zone(["example/**/*.{ts,tsx}"], daytona, ...frontEnd),
  zone(["convex/*.ts"], daytona, developmentOnly, bareRegistrars, generatedEnv),
  ...Object.keys(DOMAINS).map(domainZone),
  // The push itself evaluates these two, anew each time.
  zone(["convex/{auth,convex}.config.ts"], daytona, developmentOnly, bareRegistrars),
  {
    files: ["packages/sandbox/src/**/*.ts"],
    rules: { "no-restricted-syntax": ["error", processEnv] },
  },
  {
    files: ["convex/**/*.ts"],
    ignores: ["convex/projects/{lease,store}.ts"],
    rules: { "no-restricted-syntax": ["error", projectWrites] },
  },
];
