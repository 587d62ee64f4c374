/**
 * What a push says of each component definition, as the CLI reads it back
 * (convex/src/cli/lib/deployApi) and as this deployment stores it.
 */
export type UdfType = "Query" | "Mutation" | "Action";

/** What kind of function clients and functions ask for. */
export type FunctionType = "query" | "mutation" | "action";

/** The same kinds, as the protocol with the CLI and the clients' logs write them. */
export const UDF_TYPES: Readonly<Record<FunctionType, UdfType>> = {
  query: "Query",
  mutation: "Mutation",
  action: "Action",
};

/** A query, mutation or action that a module exports. */
export interface AnalyzedFunction {
  readonly name: string;
  readonly pos: {
    readonly path: string;
    readonly start_lineno: number;
    readonly start_col: number;
  } | null;
  readonly udfType: UdfType;
  readonly visibility: { readonly kind: "public" | "internal" } | null;
  /** Validators as JSON text, from `exportArgs()` and `exportReturns()`. */
  readonly args: string;
  readonly returns: string;
}

/** A route of the module's HTTP router; the path ends with `*` for a prefix. */
export interface HttpRoute {
  readonly method: string;
  readonly path: string;
}

/** A cron, as `cronJobs().export()` gives it: the function by its path, its arguments in an array. */
export interface CronSpec {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly schedule: CronSchedule;
}

/** As `crons.interval` was called: one of the three. */
export type Interval =
  { readonly seconds: number } | { readonly minutes: number } | { readonly hours: number };

/** The days of the week as schedules name them, from 0 on. */
export const DAYS = [
  "sunday",
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
] as const;

/** When a cron runs, in UTC; the deployment chooses a minute that is not given. */
export type CronSchedule =
  | ({ readonly type: "interval" } & Interval)
  | { readonly type: "hourly"; readonly minuteUTC?: number | null }
  | { readonly type: "daily"; readonly hourUTC: number; readonly minuteUTC?: number | null }
  | {
      readonly type: "weekly";
      readonly dayOfWeek: (typeof DAYS)[number];
      readonly hourUTC: number;
      readonly minuteUTC?: number | null;
    }
  | {
      readonly type: "monthly";
      readonly day: number;
      readonly hourUTC: number;
      readonly minuteUTC?: number | null;
    }
  | { readonly type: "cron"; readonly cron: string };

/** A module and what it exports. */
export interface AnalyzedModule {
  readonly environment: "isolate" | "node";
  readonly functions: readonly AnalyzedFunction[];
  readonly httpRoutes: readonly HttpRoute[] | null;
  readonly cronSpecs: Readonly<Record<string, CronSpec>> | null;
}

/** Where a component's environment variable has its value from: a text, or a variable of its parent. */
export type EnvBinding =
  | { readonly type: "value"; readonly value: string }
  | { readonly type: "envVar"; readonly name: string };

/** A component definition, from the `export()` of its `convex.config.ts`. */
export interface DefinitionMetadata {
  readonly path: string;
  readonly definitionType:
    { readonly type: "app" } | { readonly type: "childComponent"; readonly name: string };
  readonly childComponents: readonly {
    readonly name: string;
    readonly path: string;
    readonly env?: readonly (readonly [string, EnvBinding])[] | null;
  }[];
  readonly httpMounts: Readonly<Record<string, string>>;
  /** The prefix of the app's own routes, for example `/api/`. */
  readonly httpPrefix?: string;
  readonly envVars?: readonly (readonly [
    string,
    { readonly type: "value"; readonly value: string; readonly optional?: boolean },
  ])[];
}

/** An index on fields of documents. */
export interface DatabaseIndex {
  readonly indexDescriptor: string;
  readonly fields: readonly string[];
}
/** A full text index. */
export interface SearchIndex {
  readonly indexDescriptor: string;
  readonly searchField: string;
  readonly filterFields: readonly string[];
}
/** A vector index. */
export interface VectorIndex {
  readonly indexDescriptor: string;
  readonly vectorField: string;
  readonly dimensions: number;
  readonly filterFields: readonly string[];
}

/** A table of a schema. Indexes for search and vectors, and staged ones, are kept and not served. */
export interface TableDefinition {
  readonly tableName: string;
  readonly indexes: readonly DatabaseIndex[];
  readonly stagedDbIndexes?: readonly DatabaseIndex[];
  readonly searchIndexes?: readonly SearchIndex[] | null;
  readonly stagedSearchIndexes?: readonly SearchIndex[];
  readonly vectorIndexes?: readonly VectorIndex[] | null;
  readonly stagedVectorIndexes?: readonly VectorIndex[];
  readonly documentType: unknown;
}

/** A `schema.ts`. */
export interface Schema {
  readonly tables: readonly TableDefinition[];
  readonly schemaValidation: boolean;
}

/** A component definition with its schema and code. */
export interface Definition {
  readonly metadata: DefinitionMetadata;
  readonly schema: Schema | null;
  /** By module path, such as `projects/queries.js`. */
  readonly modules: Readonly<Record<string, AnalyzedModule>>;
}

/** An identity provider of `auth.config.ts`. */
export type AuthProvider =
  | { readonly domain: string; readonly applicationID: string }
  | {
      readonly type: "customJwt";
      readonly applicationID: string | null;
      readonly issuer: string;
      readonly jwks: string;
      readonly algorithm: "RS256" | "ES256";
    };
