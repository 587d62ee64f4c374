import { randomUUID } from "node:crypto";
import type { Change, Journal } from "../../shared/journal.ts";
import type { Outbox } from "../../shared/outbox.ts";
import { DaytonaError } from "../errors.ts";
import { ORGANIZATION_ID } from "../sandboxes/sandbox-json.ts";
import type { Delay } from "../sandboxes/state-machine.ts";
import type { BuildPlan } from "./build.ts";
import { planBuild } from "./build.ts";
import type { ObjectStore } from "./object-store.ts";
import type { SnapshotRow, SnapshotState } from "./rows.ts";
import { snapshotSchema } from "./rows.ts";
import { createdEvent, removedEvent, stateUpdatedEvent } from "./snapshot-json.ts";

/** What a snapshot is made of. Memory and disk are GiB. */
export type SnapshotInput = Pick<
  SnapshotRow,
  "name" | "cpu" | "memory" | "disk" | "dockerfile" | "contextHashes"
>;

/** What the store depends on. */
export interface SnapshotStoreOptions {
  journal: Journal;
  outbox: Outbox;
  now: () => number;
  objects: ObjectStore;
  /** The names of the snapshots that everyone has. */
  general: readonly string[];
  /** How long it takes until a build begins, each of its lines, and until a removed snapshot is gone. */
  buildDelay: Delay;
  /** Checked before a snapshot is made or activated. @throws DaytonaError 400. */
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
   * @throws DaytonaError 409 if the name is taken, 400 if it would exceed the quota.
   */
  create(input: SnapshotInput, forcedFailure?: string): SnapshotRow;
  /** Has it built again. @throws DaytonaError 400 unless it is inactive, or above the quota. */
  activate(snapshot: SnapshotRow): SnapshotRow;
  deactivate(snapshot: SnapshotRow): void;
  /** Begins to remove it. Its name is taken until it is gone. @throws DaytonaError 403 if it is everyone's. */
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

/** Whether its state ends by itself. */
function isChanging(snapshot: SnapshotRow): boolean {
  return isBuilding(snapshot) || snapshot.state === "removing";
}

/** Opens the snapshots, which the journal holds. Builds that were under way go on. */
export function openSnapshotStore(options: SnapshotStoreOptions): SnapshotStore {
  const { journal, outbox, now, objects, buildDelay } = options;
  const rows = journal.table("snapshots", snapshotSchema);
  const general = options.general.map((name) => generalSnapshot(name, now()));
  const timers = new Map<string, NodeJS.Timeout>();
  const plans = new Map<string, BuildPlan>(); // of the builds under way: a context is read once
  const listeners = new Map<string, Set<() => void>>();

  const commit = (id: string, ...changes: Change[]): void => {
    journal.commit(...changes);
    outbox.flush();
    for (const listener of listeners.get(id) ?? []) listener();
  };

  const put = (row: SnapshotRow, before: SnapshotState): SnapshotRow => {
    const updated = { ...row, updatedAt: now() };
    const event = stateUpdatedEvent(updated, before);
    const message = row.state === before ? [] : outbox.message(event.event, event);
    commit(row.id, rows.put(row.id, updated), ...message);
    schedule(updated);
    return updated;
  };

  const schedule = (row: SnapshotRow): void => {
    clearTimeout(timers.get(row.id));
    timers.delete(row.id);
    if (!isChanging(row) || buildDelay === "until seen") return;
    timers.set(row.id, setTimeout(advance, buildDelay, row.id));
  };

  const advance = (id: string): void => {
    const row = rows.get(id);
    if (!row || !isChanging(row)) return;
    if (row.state === "removing") {
      const event = removedEvent(row, now());
      commit(id, rows.remove(id), ...outbox.message(event.event, event));
      return;
    }
    const plan = plans.get(id) ?? planOf(row, objects);
    plans.set(id, plan);
    const next = put(nextStep(row, plan), row.state);
    if (!isBuilding(next)) plans.delete(id);
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
      options.checkQuota(input, rows.values().filter((row) => row.state !== "inactive").length);
      const row: SnapshotRow = {
        ...input,
        id: randomUUID(),
        general: false,
        state: "pending",
        ...(forcedFailure === undefined ? {} : { forcedFailure }),
        logs: [],
        createdAt: now(),
        updatedAt: now(),
      };
      const event = createdEvent(row, now());
      commit(row.id, rows.put(row.id, row), ...outbox.message(event.event, event));
      schedule(row);
      return row;
    },
    activate: (snapshot) => {
      const { id, state } = snapshot;
      if (state === "inactive") {
        const others = rows.values().filter((row) => row.state !== "inactive").length;
        options.checkQuota(snapshot, others);
        return put({ ...snapshot, state: "pending", logs: [] }, state);
      }
      const why =
        state === "active" ? "is already active" : `cannot be activated - it is in ${state} state`;
      throw new DaytonaError(400, `Snapshot ${id} ${why}`);
    },
    deactivate: (snapshot) => {
      const { general, state } = snapshot;
      if (state === "active" && !general) put({ ...snapshot, state: "inactive" }, state);
    },
    remove: (snapshot) => {
      if (snapshot.general) throw new DaytonaError(403, "You cannot delete a general snapshot");
      plans.delete(snapshot.id);
      put({ ...snapshot, state: "removing" }, snapshot.state);
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
