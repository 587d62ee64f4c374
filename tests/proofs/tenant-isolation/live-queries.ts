/** The same comparisons by live queries: over the WebSocket, where an answer may also change later. */
import type { ConvexClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { api } from "../../../convex/_generated/api.js";
import { liveClient, Subscription } from "../../support/clients.ts";
import type { PublicFunction } from "../../../scripts/lib/function-spec.ts";
import { until } from "../../support/until.ts";
import { FULL_SIZE } from "../report.ts";
import { argumentPaths, argumentsFor } from "./argument-paths.ts";
import type { Attacker, Attackers } from "./attacker.ts";
import { attemptsToAccess, fittingIdentifiers } from "./attempts.ts";
import { findingsIn, type Answer, type Compared } from "./compare.ts";
import type { Fixture } from "./fixture.ts";

/** Subscribes to a query of any name. */
function subscribe(client: ConvexClient, path: string, args: Record<string, unknown>) {
  return new Subscription(client, path, makeFunctionReference<"query">(path), args);
}

type LiveQuery = ReturnType<typeof subscribe>;

/** The first result: a value or an error. */
async function firstOf(query: LiveQuery): Promise<unknown> {
  try {
    return { value: (await query.until("a result", () => true)) as unknown };
  } catch (error) {
    const { message, data } = error as Error & { data?: unknown };
    return { message, data };
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
    // In the ordinary run some; the first of a query names what it is for.
    const chosenOf = (fn: PublicFunction) =>
      attemptsToAccess(fixture, fn).filter((_, index) => FULL_SIZE || index % 3 === 0);
    for (const attempt of queries.flatMap(chosenOf)) {
      const { fn, withOptional, variants } = attempt;
      const since = Date.now();
      const live = variants.map(({ chosen }) => {
        const args = argumentsFor(fn, attacker.filling(withOptional), chosen);
        return subscribe(client, fn.path, args);
      });
      const answered: { answer: Answer; since: number }[] = [];
      for (const query of live) {
        answered.push({ answer: { status: 0, body: await firstOf(query) }, since });
        query.close();
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
    const own = subscribe(client, "projects/queries:listForCurrentUser", {});
    for (const query of [...queries, own]) await firstOf(query);
    const before = queries.map(({ updates }) => updates);
    const ownBefore = own.updates;
    const { user, projects, turns } = fixture.owner;
    const content = "Nobody else receives this";
    const message = { projectId: projects.ready, role: "user", content } as const;
    await user.mutation(api.messages.mutations.insert, message);
    const { rename } = api.projects.mutations;
    await user.mutation(rename, { projectId: projects.ready, name: "By its owner" });
    // The output of the turn that runs is over then, and what has waited for it begins.
    await user.mutation(api.turns.mutations.cancel, { turnId: turns.running });
    const renamed = { projectId: attacker.own.projects, name: "Renamed by the attacker" };
    await attacker.user.mutation(rename, renamed);
    await until("the attacker's own change", () => own.updates > ownBefore);
    const updated = queries.filter(({ updates }, index) => updates !== before[index]);
    return {
      calls: queries.length,
      findings: updated.map(({ name }) => `live ${name}: was updated when the owner acted`),
    };
  });
}

function subscribeToOwned(fixture: Fixture, attacker: Attacker, client: ConvexClient): LiveQuery[] {
  const queries = fixture.spec.functions.filter(({ kind }) => kind === "query");
  return queries.flatMap((fn) =>
    argumentPaths(fn).flatMap((argument) =>
      fittingIdentifiers(fixture, argument).map(({ value }) => {
        const chosen = new Map([[argument.path, value]]);
        return subscribe(client, fn.path, argumentsFor(fn, attacker.filling(false), chosen));
      }),
    ),
  );
}
