/** Official clients on sockets of their own, whose received bytes are counted. */
import { ConvexClient } from "convex/browser";
import type { FunctionReturnType } from "convex/server";
import { api } from "../../../convex/_generated/api.js";
import type { Id } from "../../../convex/_generated/dataModel";
import type { TestUser } from "../../../tests/support/user.ts";

const { projects, messages, turns, auth } = api;

/** What a page of the example loads at first. */
const MESSAGES_PER_PAGE = 5;
const TURNS_PER_PAGE = 4;

/** The time that the agent writes at the end of each piece. */
const STAMP = /<(\d{13})>/g;

/** A client, and how many bytes the deployment has sent to it: of all messages on its socket, heartbeats too. */
export interface CountedClient {
  client: ConvexClient;
  received: () => number;
}

/** Opens one, signed in. */
export function countedClient(user: TestUser): CountedClient {
  let bytes = 0;
  class CountedWebSocket extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      this.addEventListener("message", ({ data }) => (bytes += Buffer.byteLength(String(data))));
    }
  }
  const client = new ConvexClient(user.world.deployment.url, {
    webSocketConstructor: CountedWebSocket,
    unsavedChangesWarning: false,
    logger: false,
  });
  client.setAuth(() => user.token());
  return { client, received: () => bytes };
}

/** What a watcher knows at a moment. */
interface Known {
  project?: FunctionReturnType<typeof projects.queries.getById>;
  messages?: FunctionReturnType<typeof messages.queries.pageByProject>;
  turns?: FunctionReturnType<typeof turns.queries.pageByProject>;
}

/** Somebody with the page of a project open, who follows the answer of its next turn. Subscribes to what that page does. */
export class Watcher implements CountedClient {
  readonly client: ConvexClient;
  readonly received: () => number;
  readonly #opened = Promise.withResolvers<null>();
  readonly #finished = Promise.withResolvers<string>();
  /** Resolves when the page has loaded. */
  readonly opened = this.#opened.promise;
  /** Resolves, to the message's content, when the turn is over and its message is there; "" when the agent said nothing. */
  readonly finished = this.#finished.promise;
  /** From when the agent wrote a piece to when its end was there, in ms. */
  readonly latencies: number[] = [];

  readonly #known: Known = {};
  #followed: { turnId: Id<"turns">; stop: () => void } | undefined;
  #answer = "";
  #stampsUntil = 0;

  constructor(user: TestUser, projectId: Id<"projects">) {
    const { client, received } = countedClient(user);
    [this.client, this.received] = [client, received];
    const learn = (known: Known) => {
      Object.assign(this.#known, known);
      this.#look();
    };
    const fail = this.#finished.reject;
    const firstPage = (numItems: number) => ({ numItems, cursor: null, id: 1 });
    client.onUpdate(auth.users.userLoginStatus, {}, () => undefined, fail);
    client.onUpdate(projects.queries.getById, { projectId }, (project) => learn({ project }), fail);
    client.onUpdate(
      messages.queries.pageByProject,
      { projectId, paginationOpts: firstPage(MESSAGES_PER_PAGE) },
      (page) => learn({ messages: page }),
      fail,
    );
    client.onUpdate(
      turns.queries.pageByProject,
      { projectId, paginationOpts: firstPage(TURNS_PER_PAGE) },
      (page) => learn({ turns: page }),
      fail,
    );
  }

  /** Acts on what is known, as the page does when it renders. */
  #look(): void {
    const { project, messages, turns } = this.#known;
    if (!project || messages === undefined || turns === undefined) return;
    this.#opened.resolve(null);
    const running = turns.page.find(({ status }) => status === "running");
    if (running !== undefined && this.#followed === undefined) this.#follow(running._id, 0);
    const turn = turns.page.find(({ _id }) => _id === this.#followed?.turnId);
    if (turn === undefined || turn.status === "running") return;
    if (turn.status !== "done") {
      this.#finished.reject(new Error(`The turn is ${turn.status}: ${turn.failure?.reason ?? ""}`));
    }
    const message = messages.page.find(({ _id }) => _id === turn.answerMessageId);
    if (message === undefined && turn.answerMessageId !== undefined) return;
    this.#followed?.stop();
    this.#end(message?.content ?? "");
  }

  /** Subscribes to what comes after a position, and after each answer to what comes after that. */
  #follow(turnId: Id<"turns">, after: number): void {
    const before = this.#followed;
    const stop = this.client.onUpdate(
      turns.queries.output,
      { turnId, after },
      (output) => {
        if (output === null || output.next === after) return;
        this.#say(this.#answer + output.parts.map(({ text }) => text).join(""));
        this.#follow(turnId, output.next);
      },
      this.#finished.reject,
    );
    this.#followed = { turnId, stop };
    before?.stop();
  }

  #end(content: string): void {
    if (!content.startsWith(this.#answer)) {
      this.#finished.reject(new Error("The message is not what the watcher was sent before."));
    }
    this.#say(content);
    this.#finished.resolve(content);
  }

  #say(answer: string): void {
    const now = Date.now();
    this.#answer = answer;
    for (const stamp of answer.slice(this.#stampsUntil).matchAll(STAMP)) {
      this.latencies.push(now - Number(stamp[1]));
    }
    this.#stampsUntil = answer.lastIndexOf(">") + 1;
  }
}

/** Somebody who subscribes to the messages of a project alone, and to all of them. */
export class MessageList implements CountedClient {
  readonly client: ConvexClient;
  readonly received: () => number;
  readonly #opened = Promise.withResolvers<null>();
  readonly #finished = Promise.withResolvers<null>();
  readonly opened = this.#opened.promise;
  /** Resolves when a prompt has come, and its answer. */
  readonly finished = this.#finished.promise;

  constructor(user: TestUser, projectId: Id<"projects">) {
    const { client, received } = countedClient(user);
    [this.client, this.received] = [client, received];
    let isAnswered = true;
    client.onUpdate(
      messages.queries.listByProject,
      { projectId },
      (list) => {
        this.#opened.resolve(null);
        const wasAnswered = isAnswered;
        isAnswered = list.at(-1)?.role !== "user";
        if (isAnswered && !wasAnswered) this.#finished.resolve(null);
      },
      this.#finished.reject,
    );
  }
}
