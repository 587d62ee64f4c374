import type { Database } from "bun:sqlite";
import { Cron } from "croner";
import {
  DAYS,
  type CronSchedule,
  type CronSpec,
  type Definition,
  type Interval,
} from "../code/analysis.ts";
import { parseFunctionPath, formatFunctionPath } from "../calls/paths.ts";

/** A cron that is due. */
export interface DueCron {
  readonly component: string;
  readonly name: string;
  /** `dir/mod:fn` */
  readonly path: string;
  readonly args: unknown;
}

const HOUR_MS = 3_600_000;

/**
 * When a schedule runs next after `after`, in milliseconds since 1970, in UTC. One that leaves its
 * minute open is given a delay within the hour at its first run, and keeps it
 * (crates/model/src/cron_jobs/next_ts.rs).
 */
export function nextRun(schedule: CronSchedule, after: number, previous: number | null): number {
  if (schedule.type === "interval") {
    const period = periodOf(schedule);
    if (previous === null) return after;
    // Missed runs are skipped: the next one is the first of the series that is still to come.
    const missed = Math.max(0, Math.floor((after - previous) / period));
    return previous + (missed + 1) * period;
  }
  const delay = leavesMinuteOpen(schedule) ? delayOf(previous) : 0;
  const cron = new Cron(cronExpression(schedule), { timezone: "UTC" });
  const next = cron.nextRun(new Date(after - delay));
  return next === null ? Infinity : next.getTime() + delay;
}

function leavesMinuteOpen(schedule: Exclude<CronSchedule, { type: "interval" }>): boolean {
  return schedule.type !== "cron" && schedule.minuteUTC == null;
}

function delayOf(previous: number | null): number {
  if (previous !== null) return previous % HOUR_MS;
  return Math.floor((Math.random() * HOUR_MS) / 1_000) * 1_000;
}

function periodOf(interval: Interval): number {
  if ("seconds" in interval) return interval.seconds * 1_000;
  return "minutes" in interval ? interval.minutes * 60_000 : interval.hours * 3_600_000;
}

function cronExpression(schedule: Exclude<CronSchedule, { type: "interval" }>): string {
  switch (schedule.type) {
    case "hourly":
      return `${minuteOf(schedule)} * * * *`;
    case "daily":
      return `${minuteOf(schedule)} ${String(schedule.hourUTC)} * * *`;
    case "weekly":
      return `${minuteOf(schedule)} ${String(schedule.hourUTC)} * * ${String(DAYS.indexOf(schedule.dayOfWeek))}`;
    case "monthly":
      return `${minuteOf(schedule)} ${String(schedule.hourUTC)} ${String(schedule.day)} * *`;
    case "cron":
      return schedule.cron;
  }
}

function minuteOf({ minuteUTC }: { readonly minuteUTC?: number | null }): string {
  return String(minuteUTC ?? 0);
}

interface CronRow {
  component: string;
  name: string;
  spec: string;
  next: number;
}

/** Names of the crons that a push has changed. */
export interface CronChange {
  readonly added: string[];
  readonly updated: string[];
  readonly deleted: string[];
}

/** The crons of the active code, with when each runs next. */
export class Crons {
  constructor(private readonly db: Database) {}

  /** Makes a component's crons those of its definition. The caller holds a write transaction. */
  sync(component: string, definition: Definition | undefined, now: number): CronChange {
    const wanted = definition?.modules["crons.js"]?.cronSpecs ?? {};
    const rows = this.db
      .query<CronRow, [string]>("SELECT * FROM crons WHERE component = ?")
      .all(component);
    const known = new Map(rows.map((row) => [row.name, row.spec]));
    const change: CronChange = { added: [], updated: [], deleted: [] };
    for (const [name, spec] of Object.entries(wanted)) {
      const text = JSON.stringify(spec);
      if (known.get(name) === text) continue;
      (known.has(name) ? change.updated : change.added).push(name);
      this.db
        .query("INSERT OR REPLACE INTO crons (component, name, spec, next) VALUES (?, ?, ?, ?)")
        .run(component, name, text, nextRun(spec.schedule, now, null));
    }
    for (const name of known.keys()) {
      if (Object.hasOwn(wanted, name)) continue;
      change.deleted.push(name);
      this.db.query("DELETE FROM crons WHERE component = ? AND name = ?").run(component, name);
    }
    return change;
  }

  nextDueTime(): number | null {
    const row = this.db
      .query<{ next: number | null }, []>("SELECT MIN(next) AS next FROM crons")
      .get();
    return row?.next ?? null;
  }

  /** Takes the cron that is due first, and schedules its next run; null when none is due. */
  takeDue(now: number): DueCron | null {
    const row = this.db
      .query<CronRow, [number]>("SELECT * FROM crons WHERE next <= ? ORDER BY next LIMIT 1")
      .get(now);
    if (row === null) return null;
    // Written by `sync` above.
    const spec = JSON.parse(row.spec) as CronSpec;
    this.db
      .query("UPDATE crons SET next = ? WHERE component = ? AND name = ?")
      .run(nextRun(spec.schedule, now, row.next), row.component, row.name);
    return {
      component: row.component,
      name: row.name,
      path: formatFunctionPath(parseFunctionPath(spec.name)),
      args: spec.args[0] ?? {},
    };
  }
}
