import type { UserWebhookEvent } from "@clerk/backend";
import type { z } from "zod";
import { persistedSecret } from "../shared/data-dir.ts";
import type { Change, Journal } from "../shared/journal.ts";
import type { Outbox } from "../shared/outbox.ts";
import type { User, signUpSchema, updateSchema } from "./user.ts";
import { clerkId, newUser, userSchema, toUserJson, updatedUser } from "./user.ts";

/** The users of the instance. Each change is stored together with its webhook. */
export interface UserStore {
  get(id: string): User | undefined;
  all(): User[];
  /** Adds a user, or returns undefined if the e-mail address is taken. */
  signUp(input: z.infer<typeof signUpSchema>): User | undefined;
  update(user: User, input: z.infer<typeof updateSchema>): User;
  remove(user: User): void;
}

/** Opens the users, which the journal's table `users` holds. */
export function openUserStore(options: {
  dataDir: string;
  journal: Journal;
  outbox: Outbox;
  now: () => number;
}): UserStore {
  const { journal, outbox, now } = options;
  const users = journal.table("users", userSchema);
  const instanceId = persistedSecret(options.dataDir, "clerk-instance.id", () => clerkId("ins"));

  const commit = (change: Change, event: Pick<UserWebhookEvent, "type" | "data">): void => {
    const envelope = {
      ...event,
      object: "event",
      timestamp: now(),
      instance_id: instanceId,
      event_attributes: { http_request: { client_ip: "127.0.0.1", user_agent: "emulator" } },
    };
    journal.commit(change, ...outbox.message(event.type, envelope));
    outbox.flush();
  };

  return {
    get: (id) => users.get(id),
    all: () => users.values(),
    signUp: (input) => {
      const user = newUser(input, now());
      if (users.values().some(({ email }) => email === user.email)) return undefined;
      commit(users.put(user.id, user), { type: "user.created", data: toUserJson(user) });
      return user;
    },
    update: (user, input) => {
      const updated = updatedUser(user, input, now());
      commit(users.put(user.id, updated), { type: "user.updated", data: toUserJson(updated) });
      return updated;
    },
    remove: (user) => {
      const data = { id: user.id, object: "user", deleted: true };
      commit(users.remove(user.id), { type: "user.deleted", data });
    },
  };
}
