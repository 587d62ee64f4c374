/** A signed-in person, whose calls are kept as they were answered on the wire. */
import { ConvexHttpClient } from "convex/browser";
import {
  makeFunctionReference,
  type FunctionArgs,
  type FunctionReference,
  type FunctionReturnType,
} from "convex/server";
import { freshToken, signUp, type Person } from "../../support/emulators.ts";
import type { World } from "../../support/world.ts";
import type { PublicFunction } from "../../../scripts/lib/function-spec.ts";

/** Half of a token's life. */
const TOKEN_MS = 30_000;

/** A whole answer: the HTTP status, and the body as it was sent. */
export interface Answer {
  status: number;
  body: unknown;
}

type Fetch = (...request: Parameters<typeof fetch>) => Promise<Response>;

let people = 0;

/** Someone who is signed in, and calls by the official HTTP client. */
export class Caller {
  #token: Promise<string>;
  #tokenAt: number;

  private constructor(
    private readonly world: World,
    readonly person: Person,
  ) {
    this.#token = Promise.resolve(person.token);
    this.#tokenAt = Date.now();
  }

  /** Signs someone new up. */
  static async signUp(world: World, firstName: string): Promise<Caller> {
    const email = `${firstName.toLowerCase()}${++people}@example.com`;
    return new Caller(world, await signUp({ clerkUrl: world.clerk.url }, email, firstName));
  }

  /** A token that is good for a while. */
  token(): Promise<string> {
    if (Date.now() - this.#tokenAt > TOKEN_MS) {
      this.#token = freshToken({ clerkUrl: this.world.clerk.url }, this.person);
      this.#tokenAt = Date.now();
    }
    return this.#token;
  }

  async query<F extends FunctionReference<"query">>(
    reference: F,
    args: FunctionArgs<F>,
  ): Promise<FunctionReturnType<F>> {
    return await (await this.#client()).query(reference, args);
  }

  async mutation<F extends FunctionReference<"mutation">>(
    reference: F,
    args: FunctionArgs<F>,
  ): Promise<FunctionReturnType<F>> {
    return await (await this.#client()).mutation(reference, args);
  }

  async action<F extends FunctionReference<"action">>(
    reference: F,
    args: FunctionArgs<F>,
  ): Promise<FunctionReturnType<F>> {
    return await (await this.#client()).action(reference, args);
  }

  /** Calls any function. Whatever is answered, it is the answer; nothing is thrown for a refusal. */
  async ask(
    { kind, path }: Pick<PublicFunction, "kind" | "path">,
    args: Record<string, unknown>,
  ): Promise<Answer> {
    let answer: Answer | undefined;
    const client = await this.#client(async (...request) => {
      const response = await fetch(...request);
      answer = { status: response.status, body: await response.clone().json() };
      return response;
    });
    const call =
      kind === "query"
        ? client.query(makeFunctionReference<"query">(path), args)
        : kind === "mutation"
          ? client.mutation(makeFunctionReference<"mutation">(path), args)
          : client.action(makeFunctionReference<"action">(path), args);
    const failure: unknown = await call.then(
      () => undefined,
      (error: unknown) => error,
    );
    if (answer === undefined) throw new Error(`${path} was not answered`, { cause: failure });
    return answer;
  }

  async #client(ask?: Fetch): Promise<ConvexHttpClient> {
    return new ConvexHttpClient(this.world.deployment.url, {
      logger: false,
      auth: await this.token(),
      // Bun's type of `fetch` has more to it than Convex's client calls.
      ...(ask && { fetch: ask as typeof fetch }),
    });
  }
}
