/** The same comparisons by live queries: over the WebSocket, where an answer may also change later. */
import type { ConvexClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { api } from "../../../convex/_generated/api.js";
import { liveClient } from "../../support/clients.ts";
import { until } from "../../support/until.ts";
import { argumentPaths, argumentsFor } from "./argument-paths.ts";
import type { Attacker, Attackers } from "./attacker.ts";
import { attemptsToAccess, fittingIdentifiers } from "./attempts.ts";
import { findingsIn, type Answer, type Compared } from "./compare.ts";
import type { Fixture } from "./fixture.ts";

/** A live query, with each result as it was delivered. */
class LiveQuery {
  readonly results: unknown[] = [];
  readonly stop: () => void;

  constructor(
    client: ConvexClient,
    readonly path: string,
    args: Record<string, unknown>,
  ) {
    this.stop = client.onUpdate(
      makeFunctionReference<"query">(path),
      args,
      (value: unknown) => this.results.push({ value }),
      (error) =>
        this.results.push({ message: error.message, data: (error as { data?: unknown }).data }),
    );
  }

  async first(): Promise<unknown> {
    await until(this.path, () => this.results.length > 0, { intervalMs: 5 });
    return this.results[0];
  }
}

/** Runs `work` with a client that is signed in as the attacker. */
async function asAttacker<T>(
  { world }: Fixture,
  attackers: Attackers,
  work: (client: ConvexClient, attacker: Attacker) => Promise<T>,
): Promise<T> {
  const attacker = await attackers.current();
  const client = liveClient(world.deployment.url, () => attacker.user.token());
  try {
    return await work(client, attacker);
  } finally {
    await client.close();
  }
}

/** Subscribes to each query with the owner's identifiers and with missing ones, and compares the results. */
export async function compareLive(fixture: Fixture, attackers: Attackers): Promise<Compared> {
  return await asAttacker(fixture, attackers, async (client, attacker) => {
    const compared: Compared = { calls: 0, findings: [] };
    const queries = fixture.spec.functions.filter(({ kind }) => kind === "query");
    for (const attempt of queries.flatMap((fn) => attemptsToAccess(fixture, fn))) {
      const { fn, withOptional, variants } = attempt;
      const since = Date.now();
      const live = variants.map(({ chosen }) => {
        const args = argumentsFor(fn, attacker.filling(withOptional), chosen);
        return new LiveQuery(client, fn.path, args);
      });
      const answered: { answer: Answer; since: number }[] = [];
      for (const query of live) {
        answered.push({ answer: { status: 0, body: await query.first() }, since });
        query.stop();
      }
      const findings = findingsIn(attempt, answered, fixture.values);
      compared.calls += variants.length;
      compared.findings.push(...findings.map((finding) => `live ${finding}`));
    }
    return compared;
  });
}

/**
 * An attacker who subscribes to everything of the owner's gets no update when the owner does something: the next update
 * is that of the attacker's own change.
 */
export async function receiveNothing(fixture: Fixture, attackers: Attackers): Promise<Compared> {
  return await asAttacker(fixture, attackers, async (client, attacker) => {
    const queries = subscribeToOwned(fixture, attacker, client);
    const own = new LiveQuery(client, "projects/queries:listForCurrentUser", {});
    for (const query of [...queries, own]) await query.first();
    const before = queries.map(({ results }) => results.length);
    const ownBefore = own.results.length;
    const { user, projects } = fixture.owner;
    const content = "Nobody else receives this";
    const message = { projectId: projects.ready, role: "user", content } as const;
    await user.mutation(api.messages.mutations.insert, message);
    const { rename } = api.projects.mutations;
    await user.mutation(rename, { projectId: projects.ready, name: "By its owner" });
    const renamed = { projectId: attacker.own.projects, name: "Renamed by the attacker" };
    await attacker.user.mutation(rename, renamed);
    await until("the attacker's own change", () => own.results.length > ownBefore);
    const updated = queries.filter(({ results }, index) => results.length !== before[index]);
    return {
      calls: queries.length,
      findings: updated.map(({ path }) => `live ${path}: was updated when the owner acted`),
    };
  });
}

function subscribeToOwned(fixture: Fixture, attacker: Attacker, client: ConvexClient): LiveQuery[] {
  const queries = fixture.spec.functions.filter(({ kind }) => kind === "query");
  return queries.flatMap((fn) =>
    argumentPaths(fn).flatMap((argument) =>
      fittingIdentifiers(fixture, argument).map(({ value }) => {
        const chosen = new Map([[argument.path, value]]);
        return new LiveQuery(client, fn.path, argumentsFor(fn, attacker.filling(false), chosen));
      }),
    ),
  );
}
