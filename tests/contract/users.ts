/** The contract of sign-in: what front ends may rely on before and after there is a user. */
import { describe, expect, test } from "vitest";
import { api } from "../../convex/_generated/api.js";
import { refusal, type Backend } from "./backend.ts";

const { currentUser, userLoginStatus } = api.auth.users;
const { listForCurrentUser, pageForCurrentUser, getById, getBySandboxId } = api.projects.queries;
const paginationOpts = { numItems: 10, cursor: null };

/** Runs the suite on a backend. */
export function describeUsers(name: string, start: () => Promise<Backend>): void {
  describe(`users, on ${name}`, () => {
    test("signing in goes from no token, over no row, to logged in", async () => {
      const backend = await start();
      expect(await backend.visitor.query(userLoginStatus, {})).toEqual({
        status: "No JWT Token",
        user: null,
      });
      const unsynced = await backend.unsynced();
      expect(await unsynced.query(userLoginStatus, {})).toEqual({
        status: "No Clerk User",
        user: null,
      });
      const ada = await backend.signUp("Ada");
      const { status, user } = await ada.query(userLoginStatus, {});
      expect(status).toBe("Logged In");
      expect(user?.clerkUser.first_name).toBe("Ada");
      expect(await ada.query(currentUser, {})).toEqual(user);
    });

    test("before there is a user, lists are empty and the rest says what is missing", async () => {
      const backend = await start();
      const nobodies = [
        { caller: backend.visitor, code: "UNAUTHENTICATED" },
        { caller: await backend.unsynced(), code: "USER_NOT_SYNCED" },
      ];
      for (const { caller, code } of nobodies) {
        expect(await caller.query(currentUser, {})).toBeNull();
        expect(await caller.query(listForCurrentUser, {})).toEqual([]);
        const page = await caller.query(pageForCurrentUser, { paginationOpts });
        expect(page).toMatchObject({ page: [], isDone: true });
        const calls = [
          caller.query(getById, { projectId: "anything" }),
          caller.query(getBySandboxId, { sandboxId: "anything" }),
          caller.action(api.projects.actions.create, { name: "App", prompt: "Build it" }),
        ];
        // All at once: a rejection while another call is awaited would be unhandled.
        const refusals = await Promise.all(calls.map(refusal));
        expect(refusals).toMatchObject([{ code }, { code }, { code }]);
      }
    });

    test("the health endpoint says ok, and nothing else", async () => {
      const backend = await start();
      const response = await backend.fetch("/health");
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual({ status: "ok" });
    });
  });
}
