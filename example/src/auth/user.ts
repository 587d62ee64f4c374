import { createContext, use } from "react";
import type { Doc } from "@backend/_generated/dataModel";

/** Whose page this is. */
export type User = Doc<"users">;

const UserContext = createContext<User | null>(null);

/** Gives the signed-in person to what is below. */
export const UserProvider = UserContext.Provider;

/** The signed-in person. */
export function useUser(): User {
  const user = use(UserContext);
  if (user === null) throw new Error("useUser needs a UserProvider above it");
  return user;
}

/** What to call a person: their name, else their e-mail address. */
export function displayName({ clerkUser }: User): string {
  const { first_name, last_name } = clerkUser;
  const name = [first_name, last_name].filter(Boolean).join(" ");
  return name || (emailOf({ clerkUser }) ?? "You");
}

/** A person's e-mail address, if they have one. */
export function emailOf({ clerkUser }: Pick<User, "clerkUser">): string | undefined {
  const { email_addresses: all, primary_email_address_id: primary } = clerkUser;
  return (all.find(({ id }) => id === primary) ?? all[0])?.email_address;
}
