import { relative } from "node:path";
import type { DevOptions } from "./options.ts";
import type { Services } from "./services.ts";

/** What there is to say once everything runs. */
export interface Announcement extends DevOptions {
  services: Services;
  /** Whether `.env.local` leads the CLI here. */
  ownsEnvFile: boolean;
}

/** Says where everything is: a screen to a person, one line of JSON to a program. */
export function announce(what: Announcement): void {
  process.stdout.write(what.json ? jsonLine(what.services) : screen(what));
}

function jsonLine(services: Services): string {
  const { url, siteUrl, adminKey, clerkUrl, daytonaUrl, daytonaApiKey, stripeUrl } = services;
  const standIns = { clerkUrl, daytonaUrl, daytonaApiKey, stripeUrl };
  const line = { event: "ready", url, siteUrl, adminKey, ...standIns };
  return `${JSON.stringify(line)}\n`;
}

function screen({ services, dataDir, ownsEnvFile }: Announcement): string {
  const rows: [string, string][] = [
    ["Deployment", services.url],
    ["HTTP actions", services.siteUrl],
    ["Clerk", `${services.clerkUrl}  (stand-in)`],
    ["Daytona", `${services.daytonaUrl}  (stand-in)`],
    ["Stripe", `${services.stripeUrl}  (stand-in)`],
    ["Data", relative(process.cwd(), dataDir)],
  ];
  const cli = ownsEnvFile
    ? "npx convex data"
    : "(`npx convex …` needs CONVEX_SELF_HOSTED_URL and CONVEX_SELF_HOSTED_ADMIN_KEY; --json prints both)";
  const example = `curl -s ${services.clerkUrl}/sign-ups --json '{"email":"ada@example.com"}'`;
  return [
    "",
    "  Quaver's backend is running. Edit convex/, and it is pushed; Ctrl-C stops it, data stays.",
    "",
    ...rows.map(([name, where]) => `  ${name.padEnd(13)} ${where}`),
    "",
    `  Sign up       ${example}`,
    `  Look          ${cli}`,
    "",
    "",
  ].join("\n");
}
