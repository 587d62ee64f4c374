import { relative } from "node:path";
import { bunRun } from "../../lib/bun-run.ts";
import type { DevOptions } from "../options.ts";
import type { Services } from "../services.ts";

/** What the message contains. */
export interface ReadyMessage extends DevOptions {
  services: Omit<Services, "close" | "exampleReady" | "pushedAt">;
  /** Whether `.env.local` leads the CLI here. */
  ownsEnvFile: boolean;
  /** Of the process to signal. */
  pid: number;
}

/** Prints where everything is: as text, or with `--json` as one line of JSON. */
export function printReadyMessage(what: ReadyMessage): void {
  // With `--json`, stdout has that line alone.
  if (what.json)
    process.stderr.write(what.services.moved.map((one) => `${moving(one)}\n`).join(""));
  process.stdout.write(what.json ? jsonLine(what.services) : screen(what));
}

function jsonLine(services: ReadyMessage["services"]): string {
  const { url, siteUrl, adminKey, clerkUrl, daytonaUrl, daytonaApiKey, stripeUrl } = services;
  const { modelUrl, exampleUrl } = services;
  const others = { clerkUrl, daytonaUrl, daytonaApiKey, stripeUrl, modelUrl, exampleUrl };
  return `${JSON.stringify({ event: "ready", url, siteUrl, adminKey, ...others })}\n`;
}

/** What a person sees: where to go first, then the rest. */
export function screen({ services, dataDir, ownsEnvFile, watch, pid }: ReadyMessage): string {
  const { exampleUrl } = services;
  const cli = ownsEnvFile
    ? `npx convex data, npx convex env list, ${bunRun("doctor")}`
    : "(`npx convex …` needs CONVEX_SELF_HOSTED_URL and CONVEX_SELF_HOSTED_ADMIN_KEY; --json prints both)";
  const start =
    exampleUrl === undefined
      ? [
          row(
            "Sign up",
            `curl -s ${services.clerkUrl}/sign-ups -H 'content-type: application/json' -d '{"email":"ada@example.com"}'`,
          ),
        ]
      : [
          row("Open", exampleUrl),
          row("Then", "sign up as anybody, and type what you would like to see built"),
        ];
  return [
    "",
    `  Quaver is running, pid ${pid}. ${watch ? "Edit convex/, and it is pushed; " : ""}Ctrl-C stops it, data stays.`,
    "",
    ...start,
    "",
    row("Deployment", services.url),
    row("HTTP actions", `${services.siteUrl}/health`),
    row("Clerk", `${services.clerkUrl}  (emulator)`),
    row("Daytona", `${services.daytonaUrl}  (emulator)`),
    row("Stripe", `${services.stripeUrl}  (emulator)`),
    ...(services.modelUrl === undefined ? [] : [row("Model", `${services.modelUrl}  (emulator)`)]),
    row("Data", shownPath(dataDir)),
    row("Look", cli),
    "",
    ...services.moved.flatMap((one, index, all) => [
      `  ${moving(one)}`,
      ...(index === all.length - 1 ? [""] : []),
    ]),
    ...(watch
      ? ["  Below: who signs up, what they ask for, how it ends, and the functions' logs.", "", ""]
      : [""]),
  ].join("\n");
}

function row(name: string, what: string): string {
  return `  ${name.padEnd(13)} ${what}`;
}

function moving({ listener, from, to }: Services["moved"][number]): string {
  return `Port ${from} (${listener}) is in use: ${to} instead.`;
}

/** A path as a person reads it: from here, unless it is elsewhere. */
export function shownPath(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith("..") ? path : fromHere;
}
