/** `--keep-contexts`: a call gets the context of the last one of its component, unless code of that one may run on. */
import { ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { describe, expect, test } from "vitest";
import { aFolder, aPushedDeployment } from "../support/deployment.ts";
import { refusal } from "../support/http.ts";

const FILES = {
  "convex/calls.ts": `
let calls = 0;
export const count = () => calls;
export const countOne = () => (calls += 1);
`,
  "convex/other.ts": `
import { queryGeneric, mutationGeneric, actionGeneric } from "convex/server";
import { countOne } from "./calls";
const handler = async () => countOne();
export const query = queryGeneric({ handler });
export const mutation = mutationGeneric({ handler });
export const action = actionGeneric({ handler });
`,
  "convex/state.ts": `
import { queryGeneric, mutationGeneric, actionGeneric } from "convex/server";
import { count, countOne } from "./calls";
const ENDS = {
  returns: () => null,
  throws: () => { throw new Error("thrown by call " + count()); },
  "throws while it reads": (ctx) => { void ctx.db.query("notes").collect(); ENDS.throws(); },
  "throws while it computes": () => { void digests(); ENDS.throws(); },
  "throws while a timer runs": () => { setTimeout(() => undefined, 60_000); ENDS.throws(); },
  "throws while it fetches": () => { void fetch("http://127.0.0.1:9/").catch(() => undefined); ENDS.throws(); },
  "rejects a promise": async () => { void Promise.reject(new Error("nobody waits")); await Promise.resolve(); },
  "rejects a promise before a timer": async () => { void Promise.reject(new Error("nobody waits")); await new Promise((resolve) => setTimeout(resolve, 1_000)); },
};
/** One after the other, so that they last, however busy the machine is. */
async function digests() {
  const bytes = new Uint8Array(10_000_000);
  for (let n = 0; n < 50; n++) await crypto.subtle.digest("SHA-256", bytes);
}
const handler = async (ctx, { how }) => { countOne(); await ENDS[how](ctx); return count(); };
export const query = queryGeneric({ handler });
export const mutation = mutationGeneric({ handler });
export const action = actionGeneric({ handler });
`,
};

type Call = (client: ConvexHttpClient, module: string, how: string) => Promise<unknown>;
const CALLS: Record<"query" | "mutation" | "action", Call> = {
  query: (client, module, how) => client.query(anyApi[module]!.query!, { how }),
  mutation: (client, module, how) => client.mutation(anyApi[module]!.mutation!, { how }),
  action: (client, module, how) => client.action(anyApi[module]!.action!, { how }),
};
/** How a call may leave code that runs on. */
const LEAVES = {
  query: ["throws while it reads", "throws while it computes", "rejects a promise"],
  mutation: ["throws while it reads", "throws while it computes", "rejects a promise"],
  action: [
    "throws while a timer runs",
    "throws while it fetches",
    "rejects a promise before a timer",
  ],
};

describe.each(["query", "mutation", "action"] as const)("a %s", (kind) => {
  async function aCaller(...flags: string[]) {
    const { url } = await aPushedDeployment(FILES, aFolder(), flags);
    const client = new ConvexHttpClient(url, { logger: false });
    return (how: string, module = "state") => CALLS[kind](client, module, how);
  }

  test("gets the modules of the call before, unless code of that may run on", async () => {
    const call = await aCaller("--keep-contexts");
    expect(await call("returns")).toBe(1);
    expect(await call("returns")).toBe(2);
    expect(await refusal(call("throws"))).toContain("thrown by call 3");
    expect(await call("returns", "other")).toBe(4);
    for (const how of LEAVES[kind]) {
      expect(await refusal(call(how)), how).toMatch(/thrown by call|nobody waits/);
      expect(await call("returns"), how).toBe(1);
      expect(await call("returns"), how).toBe(2);
    }
  });

  test("gets new modules without the flag", async () => {
    const call = await aCaller();
    expect(await call("returns")).toBe(1);
    expect(await call("returns")).toBe(1);
  });
});
