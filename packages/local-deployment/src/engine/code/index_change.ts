import type {
  DatabaseIndex,
  Schema,
  SearchIndex,
  TableDefinition,
  VectorIndex,
} from "./analysis.ts";

/** An index as push answers describe it (convex/src/cli/lib/deployApi/finishPush.ts). */
type IndexDescription = {
  /** `table.index` */
  readonly name: string;
  /** Whether it exists, but can't be queried before it is enabled. */
  readonly staged?: true;
} & (
  | ({ readonly type: "database" } & Omit<DatabaseIndex, "indexDescriptor">)
  | ({ readonly type: "search" } & Omit<SearchIndex, "indexDescriptor">)
  | ({ readonly type: "vector" } & Omit<VectorIndex, "indexDescriptor">)
);

/** What a push does to the indexes of a component (`IndexDiff` in crates/common/src/types/index.rs). */
export interface IndexChange {
  readonly added_indexes: IndexDescription[];
  readonly removed_indexes: IndexDescription[];
  /** Staged before. */
  readonly enabled_indexes: IndexDescription[];
  /** Staged now. */
  readonly disabled_indexes: IndexDescription[];
}

/** The changes from one schema of a component to the next; null for no schema. */
export function indexChange(before: Schema | null, after: Schema | null): IndexChange {
  const change: IndexChange = {
    added_indexes: [],
    removed_indexes: [],
    enabled_indexes: [],
    disabled_indexes: [],
  };
  const [old, current] = [indexesOf(before), indexesOf(after)];
  for (const [name, was] of old) {
    const is = current.get(name);
    if (is === undefined || !isSameIndex(was, is)) change.removed_indexes.push(was);
    else if (was.staged && !is.staged) change.enabled_indexes.push(is);
    else if (!was.staged && is.staged) change.disabled_indexes.push(is);
  }
  for (const [name, is] of current) {
    const was = old.get(name);
    if (was === undefined || !isSameIndex(was, is)) change.added_indexes.push(is);
  }
  return change;
}

/** Whether a schema has an index of this name, such as `messages.by_author`, that is staged. */
export function isStaged(schema: Schema | null, name: string): boolean {
  const table = schema?.tables.find(({ tableName }) => name.startsWith(`${tableName}.`));
  if (table === undefined) return false;
  const descriptor = name.slice(table.tableName.length + 1);
  const { stagedDbIndexes, stagedSearchIndexes, stagedVectorIndexes } = table;
  return [stagedDbIndexes, stagedSearchIndexes, stagedVectorIndexes].some((indexes) =>
    indexes?.some(({ indexDescriptor }) => indexDescriptor === descriptor),
  );
}

function isSameIndex(a: IndexDescription, b: IndexDescription): boolean {
  return (
    JSON.stringify({ ...a, staged: undefined }) === JSON.stringify({ ...b, staged: undefined })
  );
}

function indexesOf(schema: Schema | null): Map<string, IndexDescription> {
  const indexes = schema?.tables.flatMap((table) => indexesOfTable(table)) ?? [];
  return new Map(indexes.map((index) => [index.name, index]));
}

function indexesOfTable(table: TableDefinition): IndexDescription[] {
  const named = (indexDescriptor: string, staged: boolean) => ({
    name: `${table.tableName}.${indexDescriptor}`,
    ...(staged ? { staged: true as const } : {}),
  });
  const database = (staged: boolean) => (index: DatabaseIndex) => ({
    ...named(index.indexDescriptor, staged),
    type: "database" as const,
    fields: index.fields,
  });
  const search = (staged: boolean) => (index: SearchIndex) => ({
    ...named(index.indexDescriptor, staged),
    type: "search" as const,
    searchField: index.searchField,
    filterFields: index.filterFields.toSorted(),
  });
  const vector = (staged: boolean) => (index: VectorIndex) => ({
    ...named(index.indexDescriptor, staged),
    type: "vector" as const,
    vectorField: index.vectorField,
    dimensions: index.dimensions,
    filterFields: index.filterFields.toSorted(),
  });
  return [
    ...table.indexes.map(database(false)),
    ...(table.stagedDbIndexes ?? []).map(database(true)),
    ...(table.searchIndexes ?? []).map(search(false)),
    ...(table.stagedSearchIndexes ?? []).map(search(true)),
    ...(table.vectorIndexes ?? []).map(vector(false)),
    ...(table.stagedVectorIndexes ?? []).map(vector(true)),
  ];
}
