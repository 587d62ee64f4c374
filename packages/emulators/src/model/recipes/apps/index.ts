/** The apps, and which of them a prompt asks for. */
import type { App } from "../app.ts";
import { board } from "./board/app.ts";
import { concerts } from "./concerts/app.ts";
import { invoice } from "./invoice/app.ts";
import { landing } from "./landing/app.ts";
import { poll } from "./poll/app.ts";
import { pomodoro } from "./pomodoro/app.ts";
import { todo } from "./todo/app.ts";

/** In this order where a prompt's hints suggest several. */
export const APPS: readonly App[] = [todo, pomodoro, poll, concerts, invoice, landing];

/** The app that a first prompt asks for: the one that it names first, else one that it hints at, else a board. */
export function appFor(prompt: string): App {
  return namedApp(prompt) ?? APPS.find(({ hints }) => hints.test(prompt)) ?? board;
}

/** The app that a further prompt asks for in place of the one that is there, as in "make a poll instead". */
export function anotherApp(prompt: string, present: App): App | undefined {
  const named = namedApp(prompt);
  if (!named || named === present) return undefined;
  const asks = /\b(instead|rather)\b|^\W*(now |please )*(make|build|create)( me)? an? /i.test(
    prompt,
  );
  return asks ? named : undefined;
}

function namedApp(prompt: string): App | undefined {
  const found = APPS.map((app) => ({ app, at: prompt.search(app.words) }));
  return found.filter(({ at }) => at >= 0).sort((one, other) => one.at - other.at)[0]?.app;
}
