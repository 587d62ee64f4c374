import { randomUUID } from "node:crypto";
import type { Change, Journal } from "../../shared/journal.ts";
import type { Outbox } from "../../shared/outbox.ts";
import { createdEvent, stateUpdatedEvent } from "./sandbox-json.ts";
import { DaytonaError } from "../errors.ts";
import { dueOperation } from "./auto-intervals.ts";
import type { Limits } from "./limits.ts";
import type { Delay, DelayName, Operation } from "./state-machine.ts";
import { TRANSITIONS, isTransitional, outcomeOf } from "./state-machine.ts";
import type { CreateRequest, ListRequest } from "../api/requests.ts";
import type { TransitionalState, SandboxRow, State } from "./rows.ts";
import { sandboxSchema } from "./rows.ts";

/** The error that a fault makes a transition end in. */
export type ForcedFailure = NonNullable<SandboxRow["forcedFailure"]>;

/** What the store depends on. */
export interface SandboxStoreOptions {
  journal: Journal;
  outbox: Outbox;
  now: () => number;
  limits: Limits;
  /** How long each kind of transition takes. */
  delaysMs: Record<DelayName, Delay>;
  /** How long a minute of the auto intervals takes, in milliseconds. */
  minuteMs: number;
  /** Called when a sandbox has started, and at the emulator's start for each that is started: it has no processes yet. */
  onStarted: (sandbox: SandboxRow) => void;
  /** Called when a sandbox is no longer started: its processes must end. */
  onStopped: (id: string, destroyed: boolean) => void;
}

/** The sandboxes, and their transitions. */
export interface SandboxStore {
  /** By id or name. A name can be used again as soon as its sandbox is being deleted. */
  find(idOrName: string): SandboxRow | undefined;
  list(request: ListRequest): { items: SandboxRow[]; more: boolean };
  create(request: CreateRequest, forcedFailure?: ForcedFailure): SandboxRow;
  /** Ends a transition with a forced failure now. @returns the sandbox, in state `error` */
  fail(sandbox: SandboxRow): SandboxRow;
  /** Begins a transition. @throws DaytonaError 400 or 409 if the state machine doesn't allow it. */
  operate(sandbox: SandboxRow, operation: Operation, forcedFailure?: ForcedFailure): SandboxRow;
  /** Records that its state has been read, which ends a transition whose delay is "until seen". */
  recordRead(sandbox: SandboxRow): void;
  /** Records activity, which resets the timer of the idle stop. */
  recordActivity(sandbox: SandboxRow): void;
  close(): void;
}

const MAX_INTERVAL_CHECK_MS = 1_000;

/** Opens the sandboxes, which the journal holds. Transitions that were under way go on. */
export function openSandboxStore(options: SandboxStoreOptions): SandboxStore {
  const { journal, outbox, now } = options;
  const rows = journal.table("sandboxes", sandboxSchema);
  const timers = new Map<string, NodeJS.Timeout>();

  const commit = (...changes: Change[]): void => {
    journal.commit(...changes);
    outbox.flush();
  };

  const complete = (id: string): void => {
    const row = rows.get(id);
    if (!row || !isTransitional(row.state)) return;
    timers.delete(id);
    const { to } = TRANSITIONS[row.state];
    if (row.forcedFailure === undefined && to === "destroyed") {
      const event = stateUpdatedEvent(id, { from: row.state, to, at: now() });
      commit(rows.remove(id), ...outbox.message("sandbox.state.updated", event));
      options.onStopped(id, true);
      return;
    }
    const end = row.forcedFailure || to === "destroyed" ? "error" : to;
    const { forcedFailure, ...kept } = row;
    moveTo(
      forcedFailure
        ? { ...kept, errorReason: forcedFailure.reason, recoverable: forcedFailure.recoverable }
        : kept,
      end,
    );
    if (end === "stopped" && row.autoDeleteInterval === 0) applyAutoIntervals();
  };

  const delayOf = (state: TransitionalState): Delay => options.delaysMs[TRANSITIONS[state].delay];

  const schedule = (row: SandboxRow): void => {
    clearTimeout(timers.get(row.id));
    timers.delete(row.id);
    if (!isTransitional(row.state)) return;
    const delay = delayOf(row.state);
    if (delay !== "until seen") timers.set(row.id, setTimeout(complete, delay, row.id));
  };

  const moveTo = (row: SandboxRow, state: State): SandboxRow => {
    const at = now();
    const moved = { ...row, state, updatedAt: at, lastActivityAt: at };
    const event = stateUpdatedEvent(row.id, { from: row.state, to: state, at });
    commit(rows.put(row.id, moved), ...outbox.message("sandbox.state.updated", event));
    if (state === "started") options.onStarted(moved);
    else options.onStopped(row.id, false);
    schedule(moved);
    return moved;
  };

  const operate: SandboxStore["operate"] = (sandbox, operation, forcedFailure) => {
    const outcome = outcomeOf(operation, sandbox);
    if (outcome.kind === "refuse") throw new DaytonaError(outcome.status, outcome.message);
    if (outcome.kind === "nothing") return sandbox;
    if (operation === "start") {
      options.limits.checkQuota(rows.values().filter(({ id }) => id !== sandbox.id));
    }
    const { errorReason: _error, forcedFailure: _forced, ...row } = sandbox;
    return moveTo(
      { ...row, recoverable: false, ...(forcedFailure ? { forcedFailure } : {}) },
      outcome.to,
    );
  };

  const applyAutoIntervals = (): void => {
    for (const row of rows.values()) {
      const operation = dueOperation(row, now(), options.minuteMs);
      if (operation && outcomeOf(operation, row).kind === "transition") operate(row, operation);
    }
  };

  const find = (idOrName: string): SandboxRow | undefined =>
    rows.get(idOrName) ??
    rows.values().find(({ name, state }) => name === idOrName && state !== "destroying");

  for (const row of rows.values()) {
    schedule(row);
    if (row.state === "started") options.onStarted(row);
  }
  const checkMs = Math.min(MAX_INTERVAL_CHECK_MS, Math.max(10, options.minuteMs / 4));
  const intervalCheck = setInterval(applyAutoIntervals, checkMs);

  return {
    find,
    operate,
    list: (request) => {
      const matching = rows.values().filter((row) => isListed(row, request));
      matching.sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
      return { items: matching.slice(0, request.limit), more: matching.length > request.limit };
    },
    create: (request, forcedFailure) => {
      options.limits.checkSnapshot(request.snapshot);
      options.limits.checkQuota(rows.values());
      const row = newSandbox(request, now(), options.minuteMs);
      if (find(row.name)) {
        throw new DaytonaError(409, `Sandbox with name ${row.name} already exists`);
      }
      const created = forcedFailure ? { ...row, forcedFailure } : row;
      const event = createdEvent(created, now());
      commit(rows.put(row.id, created), ...outbox.message("sandbox.created", event));
      schedule(created);
      return created;
    },
    fail: (sandbox) => {
      complete(sandbox.id);
      return rows.get(sandbox.id) ?? sandbox;
    },
    recordRead: ({ id, state }) => {
      if (isTransitional(state) && delayOf(state) === "until seen") complete(id);
    },
    recordActivity: (sandbox) => {
      const row = rows.get(sandbox.id);
      if (row) commit(rows.put(row.id, { ...row, lastActivityAt: now() }));
    },
    close: () => {
      clearInterval(intervalCheck);
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}

function newSandbox(request: CreateRequest, now: number, minuteMs: number): SandboxRow {
  const id = randomUUID();
  return {
    id,
    name: request.name ?? id,
    ...(request.snapshot === undefined ? {} : { snapshot: request.snapshot }),
    env: request.env,
    labels: request.labels,
    public: request.public,
    target: request.target,
    state: "creating",
    recoverable: false,
    autoStopInterval: request.autoStopInterval,
    autoArchiveInterval: request.autoArchiveInterval,
    autoDeleteInterval: request.autoDeleteInterval,
    ...(request.ttlMinutes > 0 ? { autoDestroyAt: now + request.ttlMinutes * minuteMs } : {}),
    createdAt: now,
    updatedAt: now,
    lastActivityAt: now,
  };
}

function isListed(row: SandboxRow, request: ListRequest): boolean {
  const { labels, states, id, name, cursor } = request;
  if (labels && !Object.entries(labels).every(([key, value]) => row.labels[key] === value)) {
    return false;
  }
  if (states.length > 0 && !states.includes(row.state)) return false;
  if (id !== undefined && !row.id.startsWith(id)) return false;
  if (name !== undefined && !row.name.startsWith(name)) return false;
  if (!cursor) return true;
  const [createdAt, after] = cursor;
  return row.createdAt > createdAt || (row.createdAt === createdAt && row.id > after);
}
