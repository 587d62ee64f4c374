/** Which of opencode's conversations is the project's: its id is kept in a file. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FILE = "conversation";

/** The id; undefined before the first turn. */
export function readConversation(state: string): string | undefined {
  try {
    const id = readFileSync(join(state, FILE), "utf8").trim();
    return /^\w{1,100}$/.test(id) ? id : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps the id for the next turn. */
export function keepConversation(state: string, id: string): void {
  mkdirSync(state, { recursive: true });
  writeFileSync(join(state, FILE), id);
}

/** Has the next turn begin a new one. */
export function forgetConversation(state: string): void {
  rmSync(join(state, FILE), { force: true });
}

/** Whether opencode says that it has no such conversation: its data may have been removed. It has no code for that. */
export function isUnknownConversation(stderr: string): boolean {
  return /session not found/i.test(stderr);
}
