/** What people and agents do, a line each, read from the rows of three tables as they change. */
import { z } from "zod";

const userRow = z.object({
  _id: z.string(),
  clerkUser: z.object({
    first_name: z.string().nullable(),
    email_addresses: z.array(z.object({ email_address: z.string() })),
  }),
});
const projectRow = z.object({
  _id: z.string(),
  userId: z.string(),
  name: z.string(),
  prompt: z.string(),
});
const turnRow = z.object({
  _id: z.string(),
  projectId: z.string(),
  number: z.number(),
  status: z.string(),
  restores: z.string().optional(),
  failure: z.object({ reason: z.string() }).optional(),
  startedAt: z.number().optional(),
  endedAt: z.number().optional(),
});

type User = z.infer<typeof userRow>;
type Project = z.infer<typeof projectRow>;
type Turn = z.infer<typeof turnRow>;

/** The tables that are read. */
export const TABLES = ["users", "projects", "turns"] as const;

/** One of them. */
export type ActivityTable = (typeof TABLES)[number];

/** So much of a prompt is shown. */
const PROMPT_LENGTH = 60;

/** Turns the rows of the tables, newest first, into lines about what is new in them. */
export class ActivityLines {
  readonly #users = new Rows(userRow);
  readonly #projects = new Rows(projectRow);
  readonly #turns = new Rows(turnRow);

  /**
   * What is new in a table since the last time; of its first rows, nothing is. Without control characters, which a terminal
   * would obey: people and agents write some of the words.
   */
  read(table: ActivityTable, rows: readonly unknown[]): string[] {
    return this.#lines(table, rows).map((line) => line.replaceAll(/\p{Cc}/gu, ""));
  }

  #lines(table: ActivityTable, rows: readonly unknown[]): string[] {
    switch (table) {
      case "users":
        return this.#users.update(rows).map(({ row }) => signUp(row));
      case "projects":
        return this.#projects.update(rows).map(({ row }) => this.#creation(row));
      case "turns":
        return this.#turns.update(rows, ({ status }) => status).flatMap((it) => this.#turn(it));
    }
  }

  #creation({ userId, name, prompt }: Project): string {
    const user = this.#users.get(userId);
    return `${user ? nameOf(user) : "Somebody"} creates ${quoted(name)}: ${shortened(prompt)}`;
  }

  #turn({ row, isNew }: Change<Turn>): string[] {
    const project = this.#projects.get(row.projectId);
    const turn = `turn ${row.number} of ${project ? quoted(project.name) : "a project"}`;
    if (row.endedAt !== undefined) return [`${turn} ${ending(row)}`];
    const user = project && this.#users.get(project.userId);
    const who = user ? nameOf(user) : "Somebody";
    // The first prompt is the project's own, which has a line.
    if (!isNew || (row.number === 1 && row.restores === undefined)) return [];
    return [
      `${who} ${row.restores === undefined ? "sends a prompt" : "restores a version"}: ${turn}`,
    ];
  }
}

/** A row that is new, or that has changed. */
interface Change<Row> {
  row: Row;
  isNew: boolean;
}

/** The rows of a table as they were last seen. */
class Rows<Row extends { _id: string }> {
  #known: Map<string, Row> | null = null;

  constructor(private readonly schema: z.ZodType<Row>) {}

  get(id: string): Row | undefined {
    return this.#known?.get(id);
  }

  /**
   * The rows that are new, or whose state has changed, oldest first.
   * @param stateOf what counts as a change; nothing, unless given
   */
  update(rows: readonly unknown[], stateOf?: (row: Row) => string): Change<Row>[] {
    const before = this.#known;
    const read = rows.flatMap((row) => {
      const parsed = this.schema.safeParse(row); // the schema may be what is being edited
      return parsed.success ? [parsed.data] : [];
    });
    this.#known = new Map([...(before ?? []), ...read.map((row) => [row._id, row] as const)]);
    if (before === null) return [];
    return read.reverse().flatMap((row) => {
      const known = before.get(row._id);
      if (known !== undefined && stateOf?.(known) === stateOf?.(row)) return [];
      return [{ row, isNew: known === undefined }];
    });
  }
}

function signUp(user: User): string {
  const [email] = user.clerkUser.email_addresses;
  return `${nameOf(user)} signs up${email ? ` (${email.email_address})` : ""}`;
}

function nameOf({ clerkUser }: User): string {
  return clerkUser.first_name ?? clerkUser.email_addresses[0]?.email_address ?? "Somebody";
}

function ending({ status, failure, startedAt, endedAt }: Turn): string {
  const reason = failure ? `: ${failure.reason}` : "";
  if (startedAt === undefined || endedAt === undefined) return `is ${status}${reason}`;
  return `is ${status} after ${((endedAt - startedAt) / 1_000).toFixed(1)} s${reason}`;
}

function shortened(prompt: string): string {
  const line = prompt.replaceAll(/\s+/g, " ").trim();
  return line.length > PROMPT_LENGTH ? `${line.slice(0, PROMPT_LENGTH).trimEnd()} …` : line;
}

function quoted(name: string): string {
  return `“${name}”`;
}
