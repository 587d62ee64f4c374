/** What an emulator says about itself to a person who opens its address. */
export interface FrontPage {
  /** What is emulated. */
  service: string;
  /** How its SDKs reach it, and what else there is to know. */
  about: string;
  /** The addresses that are worth knowing, each with what it is for. */
  routes: Record<string, string>;
}

/** What every emulator has. */
const CONTROL_ROUTES = {
  "GET /_calls": "what it was asked so far, and the webhooks that it has delivered",
  "POST /_faults": 'has a call fail, for example {"path": "/", "nth": 1, "kind": {"status": 503}}',
  "DELETE /_faults": "removes all faults",
};

/** The page, as text. */
export function frontPageText({ service, about, routes }: FrontPage): string {
  const lines = Object.entries({ ...routes, ...CONTROL_ROUTES });
  const width = Math.max(...lines.map(([route]) => route.length));
  return [
    `An emulator of ${service}, for development on one machine.`,
    "",
    about,
    "",
    ...lines.map(([route, what]) => `${route.padEnd(width)}  ${what}`),
    "",
  ].join("\n");
}
