import type { UserWebhookEvent } from "@clerk/backend";
import type { z } from "zod";
import { keptSecret } from "../shared/data-dir.ts";
import type { Change, Journal } from "../shared/journal.ts";
import type { Outbox } from "../shared/outbox.ts";
import type { Person, signUpSchema, updateSchema } from "./people.ts";
import { clerkId, newPerson, personSchema, toUserJson, updatedPerson } from "./people.ts";

/** The people of the instance. Each change is stored together with the webhook that tells of it. */
export interface Directory {
  get(id: string): Person | undefined;
  all(): Person[];
  /** Adds a person, or returns undefined when the e-mail address is taken. */
  signUp(input: z.infer<typeof signUpSchema>): Person | undefined;
  update(person: Person, input: z.infer<typeof updateSchema>): Person;
  remove(person: Person): void;
}

/** Opens the people kept in the journal's table `people`. */
export function openDirectory(options: {
  dataDir: string;
  journal: Journal;
  outbox: Outbox;
  now: () => number;
}): Directory {
  const { journal, outbox, now } = options;
  const people = journal.table("people", personSchema);
  const instanceId = keptSecret(options.dataDir, "clerk-instance.id", () => clerkId("ins"));

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
    get: (id) => people.get(id),
    all: () => people.values(),
    signUp: (input) => {
      const person = newPerson(input, now());
      if (people.values().some(({ email }) => email === person.email)) return undefined;
      commit(people.put(person.id, person), { type: "user.created", data: toUserJson(person) });
      return person;
    },
    update: (person, input) => {
      const updated = updatedPerson(person, input, now());
      commit(people.put(person.id, updated), { type: "user.updated", data: toUserJson(updated) });
      return updated;
    },
    remove: (person) => {
      const data = { id: person.id, object: "user", deleted: true };
      commit(people.remove(person.id), { type: "user.deleted", data });
    },
  };
}
