import type { CompiledModule } from "../../runtime/modules/compile.ts";
import { parseDocument } from "../../tx/document.ts";
import { Transaction } from "../../tx/transaction.ts";
import { checkStoredDocument } from "../../values/validators/validate.ts";
import type { AuthProvider, Definition, Schema } from "./analysis.ts";
import { indexChange, type IndexChange } from "./index_change.ts";
import { syncIndexes } from "./indexes.ts";
import { DocumentTypes, tableNames } from "./schemas.ts";
import type { EngineState } from "../state.ts";
import { messageOf } from "../../lib/errors.ts";

/** A push that was evaluated and not yet activated. */
export interface PreparedPush {
  readonly id: string;
  readonly definitions: Readonly<Record<string, Definition>>;
  readonly modules: Readonly<Record<string, readonly CompiledModule[]>>;
  readonly components: readonly {
    readonly id: string;
    readonly path: string;
    readonly definition: string;
  }[];
  readonly auth: readonly AuthProvider[];
  /** The variables that it was evaluated with. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Why stored documents do not fit the schema that a push brings. */
export interface SchemaProblem {
  readonly kind: "schemaProblem";
  readonly error: string;
  readonly componentPath: string;
  readonly tableName: string | null;
}

/** What an activated push has changed, by component path. */
export interface PushOutcome {
  readonly kind: "activated";
  readonly components: Readonly<
    Record<
      string,
      {
        readonly created: boolean;
        readonly modules: { readonly added: string[]; readonly removed: string[] };
        readonly indexes: IndexChange;
        readonly crons: {
          readonly added: string[];
          readonly updated: string[];
          readonly deleted: string[];
        };
      }
    >
  >;
  readonly auth: { readonly added: string[]; readonly removed: string[] };
}

/** Documents read at a time while they are checked. */
const CHECK_BATCH = 500;

/** The first stored document that the new schema refuses, in a table whose type has changed. */
export function findSchemaProblem(state: EngineState, push: PreparedPush): SchemaProblem | null {
  for (const component of push.components) {
    const next = push.definitions[component.definition]?.schema ?? null;
    const current = currentSchema(state, component.id);
    for (const table of state.store.catalog.tables(component.id)) {
      if (table.name.startsWith("_") || sameType(current, next, table.name)) continue;
      const error = checkTable(state, component.id, next, table.name);
      if (error !== null) {
        return {
          kind: "schemaProblem",
          error,
          componentPath: component.path,
          tableName: table.name,
        };
      }
    }
  }
  return null;
}

/** Puts a push in place of the one before, in one transaction with its indexes and crons. */
export function activatePush(state: EngineState, push: PreparedPush): PushOutcome | SchemaProblem {
  const problem = findSchemaProblem(state, push);
  if (problem !== null) return problem;
  const before = state.code;
  const tx = new Transaction(state.store);
  try {
    const components: Record<string, PushOutcome["components"][string]> = {};
    tx.system(() => {
      for (const component of push.components) {
        const definition = push.definitions[component.definition];
        const previous = before.components.get(component.id);
        const previousDefinition = previous && before.definitions.get(previous.definition);
        const previousModules = Object.keys(previousDefinition?.modules ?? {});
        const modules = Object.keys(definition?.modules ?? {});
        const schema = definition?.schema ?? null;
        syncIndexes(state.store, component.id, schema);
        components[component.path] = {
          created: previous === undefined,
          modules: difference(previousModules, modules),
          indexes: indexChange(previousDefinition?.schema ?? null, schema),
          crons: state.crons.sync(component.id, definition, tx.now),
        };
      }
      state.codeStore.store({
        ...push,
        definitions: new Map(Object.entries(push.definitions)),
        modules: new Map(Object.entries(push.modules)),
      });
    });
    tx.commit();
    const auth = difference(
      before.auth.map((a) => JSON.stringify(a)),
      push.auth.map((a) => JSON.stringify(a)),
    );
    return { kind: "activated", components, auth };
  } catch (error) {
    tx.rollback();
    throw error;
  }
}

function difference(before: readonly string[], after: readonly string[]) {
  return {
    added: after.filter((name) => !before.includes(name)),
    removed: before.filter((name) => !after.includes(name)),
  };
}

function currentSchema(state: EngineState, component: string): Schema | null {
  const definition = state.code.components.get(component)?.definition;
  return definition === undefined ? null : (state.code.definitions.get(definition)?.schema ?? null);
}

/** Whether the table's documents were held to the same type before. */
function sameType(current: Schema | null, next: Schema | null, table: string): boolean {
  if (next?.schemaValidation !== true) return true;
  const typeIn = (schema: Schema | null) =>
    schema?.schemaValidation === true
      ? JSON.stringify(schema.tables.find((t) => t.tableName === table)?.documentType)
      : undefined;
  return typeIn(next) !== undefined && typeIn(current) === typeIn(next);
}

function checkTable(
  state: EngineState,
  component: string,
  schema: Schema | null,
  name: string,
): string | null {
  const table = state.store.catalog.table(component, name);
  const types = new DocumentTypes(schema);
  // A table that the schema no longer names keeps its documents, unchecked.
  if (table === undefined || !types.declares(name)) return null;
  const type = types.of(name);
  if (type === null) return null;
  const names = tableNames(state.store.catalog, component);
  let start = new Uint8Array();
  for (;;) {
    const rows = state.store.documents.scan(
      { byId: table.id },
      { start, end: null },
      "asc",
      CHECK_BATCH,
    );
    for (const row of rows) {
      try {
        checkStoredDocument(name, type, parseDocument(row.json), names);
      } catch (error) {
        return messageOf(error);
      }
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < CHECK_BATCH) return null;
    start = new Uint8Array([...last.key, 0]);
  }
}
