import { randomUUID } from "node:crypto";
import type { Change, Journal } from "../shared/journal.ts";
import type { Outbox } from "../shared/outbox.ts";
import { createdEvent, stateUpdatedEvent } from "./describe.ts";
import { DaytonaRefusal } from "./errors.ts";
import { dueOperation } from "./intervals.ts";
import type { Limits } from "./limits.ts";
import type { Delay, DelayName, Operation } from "./machine.ts";
import { COMPLETIONS, isPassing, judge } from "./machine.ts";
import type { CreateRequest, ListRequest } from "./requests.ts";
import type { PassingState, SandboxRow, State } from "./rows.ts";
import { sandboxSchema } from "./rows.ts";

/** How a fault wants a change to end. */
export type Doom = NonNullable<SandboxRow["doom"]>;

/** See `openFleet`. */
export interface FleetOptions {
  journal: Journal;
  outbox: Outbox;
  now: () => number;
  /** What the organisation has, and may have. */
  limits: Limits;
  /** How long each kind of change takes. */
  delaysMs: Record<DelayName, Delay>;
  /** How long a minute of the auto intervals is, in milliseconds. */
  minuteMs: number;
  /** Called once a sandbox has started, and for each that is at the start: it has no processes yet. */
  onStarted: (sandbox: SandboxRow) => void;
  /** Called once a sandbox is no longer started: its processes must end. */
  onStopped: (id: string, destroyed: boolean) => void;
}

/** The sandboxes and their lifecycle. */
export interface Fleet {
  /** By id or name; a name is free again as soon as its sandbox is being deleted. */
  find(idOrName: string): SandboxRow | undefined;
  list(request: ListRequest): { items: SandboxRow[]; more: boolean };
  create(request: CreateRequest, doom?: Doom): SandboxRow;
  /** Ends a change that a fault wants to end in an error, now. @returns the sandbox, in that error */
  fail(sandbox: SandboxRow): SandboxRow;
  /** Does what the state machine allows. @throws DaytonaRefusal 400 or 409 otherwise. */
  operate(sandbox: SandboxRow, operation: Operation, doom?: Doom): SandboxRow;
  /** Notes that its state has been told: a change that lasts until then is over. */
  seen(sandbox: SandboxRow): void;
  /** Notes activity, which puts off the idle stop. */
  touch(sandbox: SandboxRow): void;
  /** Does what the auto intervals ask for; runs by itself, too. */
  sweep(): void;
  close(): void;
}

const LONGEST_SWEEP_PAUSE_MS = 1_000;

/** Opens the sandboxes kept in the journal; a change that was under way goes on to its end. */
export function openFleet(options: FleetOptions): Fleet {
  const { journal, outbox, now } = options;
  const rows = journal.table("sandboxes", sandboxSchema);
  const timers = new Map<string, NodeJS.Timeout>();

  const commit = (...changes: Change[]): void => {
    journal.commit(...changes);
    outbox.flush();
  };

  const complete = (id: string): void => {
    const row = rows.get(id);
    if (!row || !isPassing(row.state)) return;
    timers.delete(id);
    const { to } = COMPLETIONS[row.state];
    if (row.doom === undefined && to === "destroyed") {
      const event = stateUpdatedEvent(id, { from: row.state, to, at: now() });
      commit(rows.remove(id), ...outbox.message("sandbox.state.updated", event));
      options.onStopped(id, true);
      return;
    }
    const rest = row.doom || to === "destroyed" ? "error" : to;
    const { doom, ...kept } = row;
    moveTo(
      doom ? { ...kept, errorReason: doom.reason, recoverable: doom.recoverable } : kept,
      rest,
    );
    if (rest === "stopped" && row.autoDeleteInterval === 0) sweep();
  };

  const delayOf = (state: PassingState): Delay => options.delaysMs[COMPLETIONS[state].delay];

  const schedule = (row: SandboxRow): void => {
    clearTimeout(timers.get(row.id));
    timers.delete(row.id);
    if (!isPassing(row.state)) return;
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

  const operate: Fleet["operate"] = (sandbox, operation, doom) => {
    const verdict = judge(operation, sandbox);
    if (verdict.kind === "refuse") throw new DaytonaRefusal(verdict.status, verdict.message);
    if (verdict.kind === "nothing") return sandbox;
    if (operation === "start") {
      options.limits.checkQuota(rows.values().filter(({ id }) => id !== sandbox.id));
    }
    const { errorReason: _cured, doom: _former, ...row } = sandbox;
    return moveTo({ ...row, recoverable: false, ...(doom ? { doom } : {}) }, verdict.to);
  };

  const sweep = (): void => {
    for (const row of rows.values()) {
      const operation = dueOperation(row, now(), options.minuteMs);
      if (operation && judge(operation, row).kind === "change") operate(row, operation);
    }
  };

  const find = (idOrName: string): SandboxRow | undefined =>
    rows.get(idOrName) ??
    rows.values().find(({ name, state }) => name === idOrName && state !== "destroying");

  for (const row of rows.values()) {
    schedule(row);
    if (row.state === "started") options.onStarted(row);
  }
  const pauseMs = Math.min(LONGEST_SWEEP_PAUSE_MS, Math.max(10, options.minuteMs / 4));
  const sweeper = setInterval(sweep, pauseMs);

  return {
    find,
    operate,
    sweep,
    list: (request) => {
      const matching = rows.values().filter((row) => isListed(row, request));
      matching.sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
      return { items: matching.slice(0, request.limit), more: matching.length > request.limit };
    },
    create: (request, doom) => {
      options.limits.checkSnapshot(request.snapshot);
      options.limits.checkQuota(rows.values());
      const row = newSandbox(request, now(), options.minuteMs);
      if (find(row.name)) {
        throw new DaytonaRefusal(409, `Sandbox with name ${row.name} already exists`);
      }
      const created = doom ? { ...row, doom } : row;
      const event = createdEvent(created, now());
      commit(rows.put(row.id, created), ...outbox.message("sandbox.created", event));
      schedule(created);
      return created;
    },
    fail: (sandbox) => {
      complete(sandbox.id);
      return rows.get(sandbox.id) ?? sandbox;
    },
    seen: ({ id, state }) => {
      if (isPassing(state) && delayOf(state) === "until seen") complete(id);
    },
    touch: (sandbox) => {
      const row = rows.get(sandbox.id);
      if (row) commit(rows.put(row.id, { ...row, lastActivityAt: now() }));
    },
    close: () => {
      clearInterval(sweeper);
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
