import { createContext, use } from "react";
import type { Doc } from "@backend/_generated/dataModel";
import { text } from "../text";

/** The signed-in user's row. */
export type User = Doc<"users">;

const UserContext = createContext<User | null>(null);

/** Provides the signed-in user. */
export const UserProvider = UserContext.Provider;

/** The signed-in user. */
export function useUser(): User {
  const user = use(UserContext);
  if (user === null) throw new Error("useUser needs a UserProvider above it");
  return user;
}

/** The name of a user, else their e-mail address. */
export function displayName({ clerkUser }: User): string {
  const { first_name, last_name } = clerkUser;
  const name = [first_name, last_name].filter(Boolean).join(" ");
  return name || (emailOf({ clerkUser }) ?? text.signIn.you);
}

/** The primary e-mail address of a user, if there is one. */
export function emailOf({ clerkUser }: Pick<User, "clerkUser">): string | undefined {
  const { email_addresses: all, primary_email_address_id: primary } = clerkUser;
  return (all.find(({ id }) => id === primary) ?? all[0])?.email_address;
}
