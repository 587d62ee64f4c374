/** The same comparisons by live queries: over the WebSocket, where an answer may also change later. */
import { makeFunctionReference } from "convex/server";
import { vi } from "vitest";
import { api } from "../../../convex/_generated/api.js";
import { liveClient } from "../../support/clients.ts";
import { comparable, toldBy } from "./answers.ts";
import { attemptsAtThings, fittingNames, type Attempt } from "./attempts.ts";
import type { Cast } from "./cast.ts";
import type { Compared } from "./compare.ts";
import { argumentsFor, placesOf } from "./places.ts";
import type { Stage } from "./stage.ts";
import type { Stranger } from "./stranger.ts";

const DELIVERED_WITHIN_MS = 30_000;

/** A live query's news, each as it was delivered. */
class Listener {
  readonly news: unknown[] = [];
  readonly #stop: () => void;

  constructor(
    client: ReturnType<typeof liveClient>,
    readonly path: string,
    args: Record<string, unknown>,
  ) {
    this.#stop = client.onUpdate(
      makeFunctionReference<"query">(path),
      args,
      (value: unknown) => this.news.push({ value }),
      (error) =>
        this.news.push({ message: error.message, data: (error as { data?: unknown }).data }),
    );
  }

  async first(): Promise<unknown> {
    const look = () => {
      if (this.news.length === 0) throw new Error(`Nothing came of ${this.path}.`);
    };
    await vi.waitFor(look, { timeout: DELIVERED_WITHIN_MS, interval: 5 });
    return this.news[0];
  }

  stop(): void {
    this.#stop();
  }
}

function listen(stage: Stage, { caller }: Stranger) {
  return liveClient(stage.world.deployment.url, () => caller.token());
}

/** Subscribes to each query with the victim's names and with missing ones, and compares what comes. */
export async function compareLive(
  stage: Stage,
  cast: Cast,
  hers: ReadonlySet<string>,
): Promise<Compared> {
  const stranger = await cast.stranger();
  const client = listen(stage, stranger);
  const findings: string[] = [];
  let calls = 0;
  try {
    const queries = stage.spec.functions.filter(({ kind }) => kind === "query");
    for (const attempt of queries.flatMap((fn) => attemptsAtThings(stage, fn))) {
      calls += attempt.arms.length;
      findings.push(...(await compareOne(client, stranger, attempt, hers)));
    }
  } finally {
    await client.close();
  }
  return { calls, findings };
}

async function compareOne(
  client: ReturnType<typeof liveClient>,
  stranger: Stranger,
  { fn, what, full, arms }: Attempt,
  hers: ReadonlySet<string>,
): Promise<string[]> {
  const listeners = arms.map(
    ({ chosen }) => new Listener(client, fn.path, argumentsFor(fn, stranger.filling(full), chosen)),
  );
  const since = Date.now();
  const texts: string[] = [];
  const findings: string[] = [];
  for (const [index, listener] of listeners.entries()) {
    const answer = { status: 0, body: await listener.first() };
    const harmless = { tried: [...(arms[index]?.chosen.values() ?? [])], hers, since };
    texts.push(comparable(answer, harmless));
    findings.push(...toldBy(answer, harmless).map((name) => `live ${what}: tells ${name}`));
    listener.stop();
  }
  if (new Set(texts).size > 1) findings.push(`live ${what}: told apart: ${texts.join(" / ")}`);
  return findings;
}

/**
 * A stranger who subscribes to everything of the victim's hears nothing when the victim does something: what she
 * hears next is her own doing.
 */
export async function hearNothing(stage: Stage, cast: Cast): Promise<Compared> {
  const stranger = await cast.stranger();
  const client = listen(stage, stranger);
  try {
    const listeners = eavesdrop(stage, stranger, client);
    const own = new Listener(client, "projects/queries:listForCurrentUser", {});
    for (const listener of [...listeners, own]) await listener.first();
    const heard = listeners.map(({ news }) => news.length);
    await somethingHappens(stage);
    const before = own.news.length;
    const name = "Renamed by its owner";
    await stranger.caller.mutation(api.projects.mutations.rename, {
      projectId: stranger.own.projects,
      name,
    });
    const look = () => {
      if (own.news.length === before) throw new Error("The stranger hears nothing of her own.");
    };
    await vi.waitFor(look, { timeout: DELIVERED_WITHIN_MS, interval: 5 });
    const told = listeners.filter(({ news }, index) => news.length !== heard[index]);
    return {
      calls: listeners.length,
      findings: told.map(({ path }) => `live ${path}: something was heard when the owner acted`),
    };
  } finally {
    await client.close();
  }
}

function eavesdrop(
  stage: Stage,
  stranger: Stranger,
  client: ReturnType<typeof liveClient>,
): Listener[] {
  return stage.spec.functions
    .filter(({ kind }) => kind === "query")
    .flatMap((fn) =>
      placesOf(fn).flatMap((place) =>
        fittingNames(stage, place).map(({ value }) => {
          const chosen = new Map([[place.path, value]]);
          return new Listener(client, fn.path, argumentsFor(fn, stranger.filling(false), chosen));
        }),
      ),
    );
}

async function somethingHappens({ ada }: Stage): Promise<void> {
  const projectId = ada.projects.ready;
  const message = { projectId, role: "user" as const, content: "Nobody else hears this" };
  await ada.caller.mutation(api.messages.mutations.insert, message);
  await ada.caller.mutation(api.projects.mutations.rename, { projectId, name: "Under cover" });
}
