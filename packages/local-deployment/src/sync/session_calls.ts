import type { Caller } from "../application/authenticator.ts";
import type { ClientCalls, ClientInfo, ClientResult } from "../application/client_calls.ts";
import { parseJsonText } from "../values/encoding/json_text.ts";
import type { SocketQuotas } from "./quotas.ts";
import type { Channel } from "./channel.ts";
import type { ClientMessageOf } from "./messages.ts";
import { encodeTs } from "./timestamp.ts";

/** Runs a client's mutations in order and its actions concurrently, and sends their responses. */
export class SessionCalls {
  /** The client's id of its session, by which a mutation that is sent again is recognized. */
  sessionId: string | null = null;
  #mutations: Promise<void> = Promise.resolve();

  constructor(
    private readonly calls: ClientCalls,
    private readonly channel: Channel,
    private readonly info: ClientInfo,
    /** Called when the response of a mutation has been sent, with its timestamp. */
    private readonly committed: (ts: bigint) => void,
    private readonly quotas: SocketQuotas,
  ) {}

  /**
   * Runs a mutation after the earlier ones, once the client has received their responses.
   * @param size - of the message, in characters
   * @throws QuotaError when too many wait, or too long ones
   */
  mutate(message: ClientMessageOf<"Mutation">, size: number, caller: Caller): void {
    this.quotas.mutations.acquire(1);
    this.quotas.received.acquire(size);
    const session =
      this.sessionId === null ? null : { id: this.sessionId, request: message.requestId };
    this.#mutations = this.#mutations.then(async () => {
      await this.channel.drain();
      // The client sends the mutations without a response again, in order.
      if (this.channel.isClosed()) return;
      const result = await this.#run("mutation", message, caller, session);
      this.quotas.mutations.release(1);
      this.quotas.received.release(size);
      if (result === null) return;
      this.#respond("MutationResponse", message.requestId, result);
      if (result.ok) this.committed(BigInt(result.ts));
    });
  }

  /** Runs an action, concurrently with others. @throws QuotaError as `mutate` does */
  act(message: ClientMessageOf<"Action">, size: number, caller: Caller): void {
    this.quotas.actions.acquire(1);
    this.quotas.received.acquire(size);
    void this.#act(message, caller).finally(() => {
      this.quotas.actions.release(1);
      this.quotas.received.release(size);
    });
  }

  async #act(message: ClientMessageOf<"Action">, caller: Caller): Promise<void> {
    const result = await this.#run("action", message, caller, null);
    if (result !== null) this.#respond("ActionResponse", message.requestId, result);
  }

  /** Null when the deployment itself has failed: the client reconnects and sends it again. */
  async #run(
    kind: "mutation" | "action",
    { udfPath, args, componentPath }: ClientMessageOf<"Mutation" | "Action">,
    caller: Caller,
    session: { id: string; request: number } | null,
  ): Promise<ClientResult | null> {
    const call = { path: udfPath, args: args[0] ?? {}, componentPath: componentPath ?? null };
    try {
      return await this.calls.run(kind, call, caller, this.info, session);
    } catch {
      this.channel.closeForRetry("InternalServerError");
      return null;
    }
  }

  #respond(
    type: "MutationResponse" | "ActionResponse",
    requestId: number,
    result: ClientResult,
  ): void {
    const { logLines } = result;
    if (!result.ok) {
      const { errorMessage, errorData } = result;
      const ts = type === "MutationResponse" ? { ts: null } : {};
      const data = errorData === null ? {} : { errorData: parseJsonText(errorData) };
      this.channel.send({
        type,
        requestId,
        success: false,
        result: errorMessage,
        ...ts,
        logLines,
        ...data,
      });
      return;
    }
    const value = parseJsonText(result.value);
    const ts = type === "MutationResponse" ? { ts: encodeTs(BigInt(result.ts)) } : {};
    this.channel.send({ type, requestId, success: true, result: value, ...ts, logLines });
  }
}
