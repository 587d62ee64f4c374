/**
 * Observes the backend while it runs: each module is loaded as it is, but its functions wait for their turn before they
 * begin, and the listener is told of each committed transaction, with every project and its turns before and after it.
 */
import type { Doc, Id } from "../../../convex/_generated/dataModel";
import type { MutationCtx } from "../../../convex/_generated/server";
import { isQuaverError } from "../../../convex/lib/errors.ts";
import { modules } from "../../convex/support/setup.ts";
import { inFrame, recordResult, rootName, type Frame } from "./call-frames.ts";
import type { StepScheduler } from "./step-scheduler.ts";

/** A project with its lease, its turns, and the bookkeeping of the one that runs. */
export interface Observed {
  row: Doc<"projects">;
  lease: Doc<"leases"> | null;
  turns: Doc<"turns">[];
  runs: Doc<"turnRuns">[];
}

/** Every project, by its id. */
export type Projects = ReadonlyMap<Id<"projects">, Observed>;

/** A mutation that has been committed. */
export interface Transaction {
  /** As in `projects/sandbox/change:beginChange`. */
  name: string;
  args: Record<string, unknown>;
  /** The controlled clock's time, in ms since the epoch. */
  at: number;
  before: Projects;
  after: Projects;
  /** The tables it wrote to, one per write. */
  writes: string[];
}

/** Is told of commits and of functions that throw. */
export interface Listener {
  committed(transaction: Transaction): void;
  failed(name: string, error: unknown, frame: Frame): void;
}

/** Modules whose every function is a step of its own; the others do their work by calling these. */
const STEPPED =
  /\/convex\/(projects\/(mutations|sandbox\/(create|change|preview)|reconcile\/(sweep|resume|drift|orphans))|turns\/(mutations|poll|removal|app\/restore)|messages\/removal)\.ts$/;

type Handler = (ctx: unknown, args: Record<string, unknown>) => Promise<unknown>;
type Registered = ((...args: unknown[]) => unknown) & { _handler: Handler; isMutation?: boolean };
type Module = Record<string, unknown>;

/** The backend's modules, observed. */
export function observedModules(steps: StepScheduler, listener: Listener): typeof modules {
  return Object.fromEntries(
    Object.entries(modules).map(([path, load]) => {
      let loaded: Promise<Module> | undefined;
      const name = /\/convex\/(.*)\.ts$/.exec(path)?.[1] ?? path;
      const once = async () => observed((await load()) as Module, name, listener);
      return [
        path,
        async () => {
          if (STEPPED.test(path)) await steps.turn(`${rootName()} goes on with ${name}`);
          return await (loaded ??= once());
        },
      ];
    }),
  );
}

function observed(module: Module, path: string, listener: Listener): Module {
  return Object.fromEntries(
    Object.entries(module).map(([name, value]) => [
      name,
      isRegistered(value) ? observedFunction(value, `${path}:${name}`, listener) : value,
    ]),
  );
}

function isRegistered(value: unknown): value is Registered {
  return typeof value === "function" && "_handler" in value;
}

function observedFunction(registered: Registered, name: string, listener: Listener): Registered {
  const { _handler: handler, isMutation } = registered;
  const work: Handler = isMutation
    ? (ctx, args) => transact(ctx as MutationCtx, args, { name, handler, listener })
    : handler;
  const _handler: Handler = (ctx, args) =>
    inFrame({ name, args }, async (frame) => {
      try {
        const result = await work(ctx, args);
        if (frame.cut) throw new Error(`${name} was cut off.`);
        recordResult(frame.parent, result);
        return result;
      } catch (error) {
        if (!isQuaverError(error) && !frame.cut) listener.failed(name, error, frame);
        throw error;
      }
    });
  return new Proxy(registered, {
    get: (target, key): unknown => (key === "_handler" ? _handler : Reflect.get(target, key)),
  });
}

async function transact(
  ctx: MutationCtx,
  args: Record<string, unknown>,
  { name, handler, listener }: { name: string; handler: Handler; listener: Listener },
): Promise<unknown> {
  const before = await allProjects(ctx);
  const writes: string[] = [];
  const result = await handler({ ...ctx, db: recordingDb(ctx.db, writes) }, args);
  const after = await allProjects(ctx);
  listener.committed({ name, args, at: Date.now(), before, after, writes });
  return result;
}

async function allProjects({ db }: MutationCtx): Promise<Projects> {
  const leases = await db.query("leases").collect();
  const turns = await db.query("turns").collect();
  const runs = await db.query("turnRuns").collect();
  const rows = await db.query("projects").collect();
  return new Map(
    rows.map((row) => {
      const isIts = ({ projectId }: { projectId: Id<"projects"> }) => projectId === row._id;
      const lease = leases.find(isIts) ?? null;
      return [row._id, { row, lease, turns: turns.filter(isIts), runs: runs.filter(isIts) }];
    }),
  );
}

const WRITERS = new Set<PropertyKey>(["insert", "patch", "replace", "delete"]);

/** The same database, which records the table of each write. */
function recordingDb(db: MutationCtx["db"], writes: string[]): MutationCtx["db"] {
  return new Proxy(db, {
    get: (target, key): unknown => {
      const member: unknown = Reflect.get(target, key);
      if (typeof member !== "function" || !WRITERS.has(key)) return member;
      return (...args: unknown[]): unknown => {
        writes.push(String(args[0]));
        return Reflect.apply(member, target, args);
      };
    },
  });
}
