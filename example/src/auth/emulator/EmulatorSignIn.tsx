import { useEffect, useState } from "react";
import { useCall } from "../../hooks/useCall";
import { text } from "../../text";
import { Button } from "../../ui/Button";
import { ErrorAlert } from "../../ui/ErrorAlert";
import { Field } from "../../ui/Field";
import { listUsers, signUp, type EmulatorUser, type NewUser } from "./api";
import { useEmulator } from "./context";

/** Two users who can be chosen before anybody has signed up. */
const SUGGESTED_USERS = [
  { email: "clara@example.com", first_name: "Clara", last_name: "Schumann" },
  { email: "ada@example.com", first_name: "Ada", last_name: "Lovelace" },
];

/** The sign-in for development: choose a user or make one, without a password. */
export function EmulatorSignIn() {
  const { setUserId } = useEmulator();
  const [users, setUsers] = useState<EmulatorUser[] | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const load = useCall(async () => setUsers(await listUsers()));
  const join = useCall(async (user: NewUser) => {
    setRefusal(null);
    const answer = await signUp(user);
    if ("id" in answer) setUserId(answer.id);
    else setRefusal(answer.error);
  });
  const { run } = load;
  useEffect(() => {
    void run();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once, when the page is opened
  }, []);
  const known = users ?? [];
  const suggested = SUGGESTED_USERS.filter(
    ({ email }) => !known.some((each) => each.email === email),
  );
  return (
    <div className="space-y-6">
      <section aria-labelledby="choose" className="space-y-3">
        <h2 id="choose" className="font-semibold">
          {text.emulator.chooseUser}
        </h2>
        <ul className="max-h-80 divide-y divide-line overflow-y-auto rounded-xl border border-line">
          {known.map((user) => (
            <Choice key={user.id} user={user} onChoose={() => setUserId(user.id)} />
          ))}
          {users !== null &&
            suggested.map((user) => (
              <Choice key={user.email} user={user} onChoose={() => void join.run(user)} />
            ))}
        </ul>
        {load.error !== null && (
          <ErrorAlert onRetry={() => void run()}>{text.emulator.unavailable}</ErrorAlert>
        )}
      </section>
      <form
        className="space-y-3"
        aria-labelledby="new-user"
        onSubmit={(event) => {
          event.preventDefault();
          void join.run(readUser(new FormData(event.currentTarget)));
        }}
      >
        <h2 id="new-user" className="font-semibold">
          {text.emulator.newUser}
        </h2>
        <div className="grid grid-cols-2 gap-3">
          <Field label={text.emulator.firstName} name="first_name" autoComplete="given-name" />
          <Field label={text.emulator.lastName} name="last_name" autoComplete="family-name" />
        </div>
        <Field
          label={text.emulator.email}
          name="email"
          type="email"
          required
          autoComplete="email"
        />
        {(refusal ?? join.error) && <ErrorAlert>{refusal ?? join.error}</ErrorAlert>}
        <Button type="submit" busy={join.busy}>
          {text.emulator.signUp}
        </Button>
      </form>
      <p className="text-sm text-muted">{text.emulator.about}</p>
    </div>
  );
}

function Choice({ user, onChoose }: { user: Omit<EmulatorUser, "id">; onChoose: () => void }) {
  const name = [user.first_name, user.last_name].filter(Boolean).join(" ");
  return (
    <li>
      <button
        type="button"
        onClick={onChoose}
        className="flex min-h-14 w-full flex-col justify-center gap-x-4 px-4 py-2 text-left sm:flex-row sm:items-center sm:justify-between transition-colors hover:bg-accent-soft focus-visible:-outline-offset-2"
      >
        <span className="min-w-0 truncate font-medium">{name || user.email}</span>
        {name && <span className="min-w-0 truncate text-sm text-muted">{user.email}</span>}
      </button>
    </li>
  );
}

function readUser(form: FormData): NewUser {
  const text = (name: string): string => {
    const value = form.get(name);
    return typeof value === "string" ? value.trim() : "";
  };
  const [email, first, last] = [text("email"), text("first_name"), text("last_name")];
  return { email, ...(first && { first_name: first }), ...(last && { last_name: last }) };
}
