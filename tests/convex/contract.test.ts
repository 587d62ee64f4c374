/** The contract suites, on `convex-test`. */
import type { Backend, Caller } from "../contract/backend.ts";
import { describeMessages } from "../contract/messages.ts";
import { describeUsers } from "../contract/users.ts";
import { describeProjects } from "../contract/projects.ts";
import { signUp, type SignedInUser } from "./support/users.ts";
import { aBackend, daytona, settle, type TestBackend } from "./support/setup.ts";

/** `convex-test` derives its arguments from the reference in a way that generic code can't follow. */
function callerOf(t: TestBackend | SignedInUser): Caller {
  return {
    query: t.query as Caller["query"],
    mutation: t.mutation as Caller["mutation"],
    action: t.action as Caller["action"],
  };
}

function start(): Promise<Backend> {
  const t = aBackend();
  return Promise.resolve({
    visitor: callerOf(t),
    signUp: async (firstName) => callerOf(await signUp(t, firstName)),
    unsynced: () => Promise.resolve(callerOf(t.withIdentity({ subject: "user_nobody" }))),
    fetch: (path, init) => t.fetch(path, init),
    sandboxNames: () => Promise.resolve([...daytona.sandboxes.values()].map(({ name }) => name)),
    eventually: async (check) => {
      await settle(t);
      await check();
    },
  });
}

describeUsers("convex-test", start);
describeProjects("convex-test", start);
describeMessages("convex-test", start);
