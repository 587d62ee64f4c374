import { ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { CommandFailure, messageOf } from "../../lib/failure.ts";

/** A signed-out visitor's first question. By name: `_generated` need not be there yet. */
const userLoginStatus = makeFunctionReference<"query">("auth/users:userLoginStatus");

/**
 * Makes sure that the pushed functions answer.
 * @throws CommandFailure `NOT_READY`
 */
export async function assertAnswers(url: string): Promise<void> {
  try {
    await new ConvexHttpClient(url, { logger: false }).query(userLoginStatus, {});
  } catch (error) {
    throw new CommandFailure(
      "NOT_READY",
      `The functions were pushed, but auth/users:userLoginStatus does not answer: ${messageOf(error)}`,
      { cause: error },
    );
  }
}
