import { useEffect, useState } from "react";
import { useCall } from "../hooks/useCall";
import { Button } from "../ui/Button";
import { Field } from "../ui/Field";
import { Problem } from "../ui/Problem";
import { listPeople, signUp, type NewPerson, type Person } from "./emulator";
import { useEmulator } from "./emulatorContext";

/** Two to begin with, so that the first click works, and the second tab can be someone else. */
const SUGGESTED = [
  { email: "clara@example.com", first_name: "Clara", last_name: "Schumann" },
  { email: "ada@example.com", first_name: "Ada", last_name: "Lovelace" },
];

/** Where people choose who they are. No passwords: this is for development. */
export function EmulatorSignIn() {
  const { choose } = useEmulator();
  const [people, setPeople] = useState<Person[] | null>(null);
  const [taken, setTaken] = useState<string | null>(null);
  const load = useCall(async () => setPeople(await listPeople()));
  const join = useCall(async (person: NewPerson) => {
    setTaken(null);
    const answer = await signUp(person);
    if ("id" in answer) choose(answer.id);
    else setTaken(answer.problem);
  });
  const { run } = load;
  useEffect(() => {
    void run();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once, when the page is opened
  }, []);
  const known = people ?? [];
  const suggested = SUGGESTED.filter(({ email }) => !known.some((each) => each.email === email));
  return (
    <div className="space-y-6">
      <section aria-labelledby="choose" className="space-y-3">
        <h2 id="choose" className="font-semibold">
          Continue as
        </h2>
        <ul className="max-h-80 divide-y divide-line overflow-y-auto rounded-xl border border-line">
          {known.map((person) => (
            <Choice key={person.id} person={person} onChoose={() => choose(person.id)} />
          ))}
          {people !== null &&
            suggested.map((person) => (
              <Choice key={person.email} person={person} onChoose={() => void join.run(person)} />
            ))}
        </ul>
        {load.problem !== null && (
          <Problem onRetry={() => void run()}>The sign-in emulator does not answer.</Problem>
        )}
      </section>
      <form
        className="space-y-3"
        aria-label="Someone new"
        onSubmit={(event) => {
          event.preventDefault();
          void join.run(readPerson(new FormData(event.currentTarget)));
        }}
      >
        <h2 className="font-semibold">Or someone new</h2>
        <div className="grid grid-cols-2 gap-3">
          <Field label="First name" name="first_name" autoComplete="given-name" />
          <Field label="Last name" name="last_name" autoComplete="family-name" />
        </div>
        <Field label="E-mail" name="email" type="email" required autoComplete="email" />
        {(taken ?? join.problem) && <Problem>{taken ?? join.problem}</Problem>}
        <Button type="submit" busy={join.busy}>
          Sign up
        </Button>
      </form>
      <p className="text-sm text-muted">
        This is the development sign-in: no passwords, and each tab can be somebody else.
      </p>
    </div>
  );
}

function Choice({ person, onChoose }: { person: Omit<Person, "id">; onChoose: () => void }) {
  const name = [person.first_name, person.last_name].filter(Boolean).join(" ");
  return (
    <li>
      <button
        type="button"
        onClick={onChoose}
        className="flex min-h-14 w-full flex-col justify-center gap-x-4 px-4 py-2 text-left sm:flex-row sm:items-center sm:justify-between transition-colors hover:bg-accent-soft focus-visible:-outline-offset-2"
      >
        <span className="min-w-0 truncate font-medium">{name || person.email}</span>
        {name && <span className="min-w-0 truncate text-sm text-muted">{person.email}</span>}
      </button>
    </li>
  );
}

function readPerson(form: FormData): NewPerson {
  const text = (name: string): string => {
    const value = form.get(name);
    return typeof value === "string" ? value.trim() : "";
  };
  const [email, first, last] = [text("email"), text("first_name"), text("last_name")];
  return { email, ...(first && { first_name: first }), ...(last && { last_name: last }) };
}
