/** What has changed of the owner's things, in the database and at the other services. */
import type { Call } from "@quaver/emulators";
import type { Row } from "../../support/operator.ts";
import { askService, type Service } from "../../support/services.ts";
import type { World } from "../../support/world.ts";
import type { Attackers } from "./attacker.ts";
import { dumpOf, isJobTable, names, rowsIn, type Dump } from "./database.ts";
import { withoutPolling, type Fixture } from "./fixture.ts";

/** How much must be unchanged: everything, as each call was refused; or, after calls that succeed, what is the owner's. */
export type Extent = "everything" | "owned";

/** Jobs that run without any call: the sweep's, and the polling of the owner's agent. */
const USUAL_JOBS =
  /^(projects\/reconcile\/(sweep|daytona|orphans)|turns\/run)\.js:(?!endTurnSession)/;

/** Compares the present state with that of the last check. */
export class ChangeDetector {
  readonly #jobs = new Set<string>();
  #before = new Map<string, string>();

  private constructor(
    private readonly fixture: Fixture,
    private readonly attackers: Attackers,
    private readonly extent: Extent,
  ) {}

  /** Begins with the present state. */
  static async start(
    fixture: Fixture,
    attackers: Attackers,
    extent: Extent,
  ): Promise<ChangeDetector> {
    const detector = new ChangeDetector(fixture, attackers, extent);
    await detector.changes();
    return detector;
  }

  /** Everything that has changed since the last check, in words. */
  async changes(): Promise<string[]> {
    const { world } = this.fixture;
    const dump = await dumpOf(world.deployment);
    const jobs = this.#newJobs(dump);
    const now = textsById(this.#inExtent(withoutPolling(dump)));
    const changes = differences(this.#before, now);
    this.#before = now;
    const calls = takeCalls(world).filter((call) => this.#isUnusual(call));
    return [...changes, ...jobs, ...calls.map((call) => `a call: ${call}`)];
  }

  #inExtent(dump: Dump): Dump {
    if (this.extent === "everything") return dump;
    return new Map(
      [...dump].map(([table, rows]) => [table, rows.filter((row) => this.#isOwned(row))]),
    );
  }

  /** What an attacker has written may contain the owner's identifiers. */
  #isOwned(row: unknown): boolean {
    return names(row, this.fixture.values) && !this.attackers.own(row);
  }

  #newJobs(dump: Dump): string[] {
    const isUsual = ({ name }: Row) => typeof name === "string" && USUAL_JOBS.test(name);
    const found = rowsIn(dump).filter(
      ({ table, row }) =>
        isJobTable(table) && !this.#jobs.has(row._id) && this.#isOwned(row) && !isUsual(row),
    );
    for (const { row } of found) this.#jobs.add(row._id);
    return found.map(({ table, row }) => `a job: ${table} ${JSON.stringify(row)}`);
  }

  /** Whether a call is neither a poll of the owner's agent nor one of the sweep's. */
  #isUnusual(call: string): boolean {
    const { owner, values } = this.fixture;
    const isPoll =
      call.includes(owner.generatingSandbox) &&
      (call.startsWith("daytona GET") || /\/(last-activity|process\/execute)$/.test(call));
    if (isPoll || /^daytona GET \/sandbox(\/[^/]*)?$/.test(call)) return false;
    return this.extent === "everything" || [...values].some((value) => call.includes(value));
  }
}

/** The rows by table and id, as one text each. */
function textsById(dump: Dump): Map<string, string> {
  return new Map(
    rowsIn(dump).map(({ table, row }) => [`${table} ${row._id}`, JSON.stringify(row)]),
  );
}

/** The calls to the other services since the last time, without those by which users sign in. */
function takeCalls({ clerk, daytona, stripe }: World): string[] {
  return Object.entries({ clerk, daytona, stripe }).flatMap(([name, { faults }]) => {
    const isCounted = ({ method, path }: Call) =>
      method !== "WEBHOOK" && (name !== "clerk" || path.startsWith("/v1/"));
    const calls = faults.calls().filter(isCounted);
    faults.clear();
    return calls.map(({ method, path }) => `${name} ${method} ${path}`);
  });
}

/** Fields that say when a sandbox was last used, which the owner's agent changes all the time. */
const ACTIVITY_FIELDS = new Set(["updatedAt", "lastActivityAt"]);

/** Where the other services have what is named by an identifier, and the form of its name there. */
const RESOURCES: readonly (readonly [Service, string, RegExp])[] = [
  ["daytona", "/sandbox", /^[0-9a-f-]{36}$/],
  ["clerk", "/v1/users", /^user_\w+$/],
  ["stripe", "/v1/customers", /^cus_\w+$/],
  ["stripe", "/v1/subscriptions", /^sub_\w+$/],
  ["stripe", "/v1/invoices", /^in_\w+$/],
  ["stripe", "/v1/checkout/sessions", /^cs_\w+$/],
  ["stripe", "/v1/payment_intents", /^pi_\w+$/],
];

/** What the other services answer about each of the owner's identifiers, by path. */
export async function servicesState({ world, values }: Fixture): Promise<Map<string, string>> {
  const state = new Map<string, string>();
  for (const [service, base, form] of RESOURCES) {
    const found = [...values].filter((value) => form.test(value));
    if (found.length === 0) throw new Error(`The owner has none of ${service} ${base}.`);
    for (const path of found.map((value) => `${base}/${value}`)) {
      state.set(`${service} ${path}`, withoutActivity(await askService(world, service, path)));
    }
  }
  takeCalls(world);
  return state;
}

function withoutActivity(value: unknown): string {
  return JSON.stringify(value, (field, item: unknown) =>
    ACTIVITY_FIELDS.has(field) ? undefined : item,
  );
}

/** What differs between two states, in words. */
export function differences(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): string[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((path) => before.get(path) !== after.get(path))
    .map((path) => `${path}: ${before.get(path) ?? "nothing"} -> ${after.get(path) ?? "nothing"}`);
}
