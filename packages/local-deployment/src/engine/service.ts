import { actionHandlers } from "./handlers/actions.ts";
import { codeHandlers } from "./handlers/code.ts";
import { EngineContext, type EngineHandlers } from "./handlers/context.ts";
import { functionHandlers } from "./handlers/functions.ts";
import { scheduleHandlers } from "./handlers/schedule.ts";
import type { EngineMessage } from "./protocol.ts";
import type { EngineState } from "./state.ts";

/**
 * The engine's operations on its state. The caller runs one at a time.
 *
 * @param state - The state, just loaded.
 * @param emit - Sends the engine's messages that are not replies.
 * @param firstToken - The token of the first live query; no two engines hand out the same.
 */
export function createEngineService(
  state: EngineState,
  emit: (message: EngineMessage) => void,
  firstToken: number,
): EngineHandlers {
  const context = new EngineContext(state, emit, firstToken);
  return {
    ...functionHandlers(context),
    ...actionHandlers(context),
    ...scheduleHandlers(context),
    ...codeHandlers(context),
    close: () => {
      state.store.close();
      return null;
    },
  };
}
