import { randomUUID } from "node:crypto";
import type { Change, Journal } from "../../shared/journal.ts";
import { DaytonaError } from "../errors.ts";
import { ORGANIZATION_ID } from "../sandboxes/sandbox-json.ts";
import type { Delay } from "../sandboxes/state-machine.ts";
import type { BuildPlan } from "./build.ts";
import { planBuild } from "./build.ts";
import type { ObjectStore } from "./object-store.ts";
import type { SnapshotRow } from "./rows.ts";
import { snapshotSchema } from "./rows.ts";

/** What a snapshot is made of. Memory and disk are GiB. */
export type SnapshotInput = Pick<
  SnapshotRow,
  "name" | "cpu" | "memory" | "disk" | "dockerfile" | "contextHashes"
>;

/** What the store depends on. */
export interface SnapshotStoreOptions {
  journal: Journal;
  now: () => number;
  objects: ObjectStore;
  /** The names of the snapshots that everyone has. */
  general: readonly string[];
  /** How long it takes until a build begins, and each of its lines. */
  buildDelay: Delay;
  /** Checked before a snapshot is made or activated. @throws DaytonaError 403. */
  checkQuota: (input: Pick<SnapshotRow, "cpu" | "memory" | "disk">, others: number) => void;
}

/** The snapshots, and their builds. */
export interface SnapshotStore {
  /** By id or name. */
  find(idOrName: string): SnapshotRow | undefined;
  list(): SnapshotRow[];
  /**
   * Makes a snapshot, whose build then goes on by itself.
   *
   * @param forcedFailure the build fails for this reason.
   * @throws DaytonaError 409 if the name is taken, 403 if it would exceed the quota.
   */
  create(input: SnapshotInput, forcedFailure?: string): SnapshotRow;
  /** @throws DaytonaError 400 unless it is inactive. */
  activate(snapshot: SnapshotRow): SnapshotRow;
  deactivate(snapshot: SnapshotRow): void;
  /** @throws DaytonaError 403 if it is everyone's. */
  remove(snapshot: SnapshotRow): void;
  /** Records that its state has been read, which moves a build whose delay is "until seen". */
  recordRead(snapshot: SnapshotRow): void;
  /** Calls back whenever a snapshot changes or is removed. @returns a function that ends it */
  onChange(id: string, listener: () => void): () => void;
  close(): void;
}

/** Whether its build has yet to end. */
export function isBuilding({ state }: SnapshotRow): boolean {
  return state === "pending" || state === "building";
}

/** Opens the snapshots, which the journal holds. Builds that were under way go on. */
export function openSnapshotStore(options: SnapshotStoreOptions): SnapshotStore {
  const { journal, now, objects, buildDelay } = options;
  const rows = journal.table("snapshots", snapshotSchema);
  const general = options.general.map((name) => generalSnapshot(name, now()));
  const timers = new Map<string, NodeJS.Timeout>();
  const plans = new Map<string, BuildPlan>(); // of the builds under way: a context is read once
  const listeners = new Map<string, Set<() => void>>();

  const commit = (id: string, change: Change): void => {
    journal.commit(change);
    for (const listener of listeners.get(id) ?? []) listener();
  };

  const put = (row: SnapshotRow): SnapshotRow => {
    const updated = { ...row, updatedAt: now() };
    commit(row.id, rows.put(row.id, updated));
    return updated;
  };

  const schedule = (row: SnapshotRow): void => {
    clearTimeout(timers.get(row.id));
    timers.delete(row.id);
    if (!isBuilding(row) || buildDelay === "until seen") return;
    timers.set(row.id, setTimeout(advance, buildDelay, row.id));
  };

  const advance = (id: string): void => {
    const row = rows.get(id);
    if (!row || !isBuilding(row)) return;
    const plan = plans.get(id) ?? planOf(row, objects);
    plans.set(id, plan);
    const next = put(nextStep(row, plan));
    if (!isBuilding(next)) plans.delete(id);
    schedule(next);
  };

  for (const row of rows.values()) schedule(row);

  return {
    find: (idOrName) => {
      const all = [...rows.values(), ...general];
      return rows.get(idOrName) ?? all.find(({ id, name }) => idOrName === id || idOrName === name);
    },
    list: () => [...rows.values().sort((a, b) => b.createdAt - a.createdAt), ...general],
    create: (input, forcedFailure) => {
      if (rows.values().some(({ name }) => name === input.name)) {
        const message = `Snapshot with name "${input.name}" already exists for this organization`;
        throw new DaytonaError(409, message);
      }
      options.checkQuota(input, rows.values().length);
      const row = put({
        ...input,
        id: randomUUID(),
        general: false,
        state: "pending",
        ...(forcedFailure === undefined ? {} : { forcedFailure }),
        logs: [],
        createdAt: now(),
        updatedAt: now(),
      });
      schedule(row);
      return row;
    },
    activate: (snapshot) => {
      if (snapshot.state === "inactive") return put({ ...snapshot, state: "active" });
      const is = snapshot.state === "active" ? "is already active" : "cannot be activated";
      throw new DaytonaError(400, `Snapshot ${snapshot.id} ${is}`);
    },
    deactivate: (snapshot) => {
      if (snapshot.state === "active" && !snapshot.general) put({ ...snapshot, state: "inactive" });
    },
    remove: (snapshot) => {
      if (snapshot.general) throw new DaytonaError(403, "You cannot delete a general snapshot");
      clearTimeout(timers.get(snapshot.id));
      timers.delete(snapshot.id);
      plans.delete(snapshot.id);
      commit(snapshot.id, rows.remove(snapshot.id));
    },
    recordRead: ({ id }) => {
      if (buildDelay === "until seen") advance(id);
    },
    onChange: (id, listener) => {
      const all = listeners.get(id) ?? new Set();
      listeners.set(id, all.add(listener));
      return () => void all.delete(listener);
    },
    close: () => {
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}

/** One line further, or at the build's end. */
function nextStep(row: SnapshotRow, { lines, error }: BuildPlan): SnapshotRow {
  const line = lines[row.logs.length];
  if (row.state === "pending") return { ...row, state: "building" };
  if (line !== undefined) return { ...row, logs: [...row.logs, line] };
  if (error === undefined) return { ...row, state: "active" };
  return { ...row, state: "build_failed", errorReason: error };
}

/** What the build writes, which depends on what was uploaded, and on a fault. */
function planOf(row: SnapshotRow, objects: ObjectStore): BuildPlan {
  const contexts = row.contextHashes.map((hash) => objects.contextFiles(ORGANIZATION_ID, hash));
  if (!contexts.every((files) => files !== undefined)) {
    const error = "failed to download the build context";
    return { lines: [`ERROR: ${error}`], error };
  }
  const plan = planBuild(row.dockerfile, new Set(contexts.flatMap((files) => [...files])));
  const { forcedFailure: error } = row;
  return error === undefined ? plan : { lines: [...plan.lines, `ERROR: ${error}`], error };
}

function generalSnapshot(name: string, at: number): SnapshotRow {
  return {
    id: randomUUID(),
    name,
    general: true,
    state: "active",
    cpu: 1,
    memory: 1,
    disk: 3,
    dockerfile: "",
    contextHashes: [],
    logs: [],
    createdAt: at,
    updatedAt: at,
  };
}
