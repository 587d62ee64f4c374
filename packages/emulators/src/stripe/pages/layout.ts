import { html, raw } from "hono/html";

/** Markup of Hono's `html`, which escapes interpolated values. */
export type Markup = ReturnType<typeof html>;

const STYLE = `
:root { color-scheme: light dark; --ink: #1a1f36; --soft: #596171; --line: #d9dee6; --paper: #fff;
  --ground: #f4f6fa; --accent: #4f46e5; --on-accent: #fff; --alarm: #b3093c; }
@media (prefers-color-scheme: dark) { :root { --ink: #eef0f6; --soft: #a7aec0; --line: #363c50;
  --paper: #1b1f2d; --ground: #11141e; --accent: #8f8aff; --on-accent: #10121b; --alarm: #ff8fab; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem;
  background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { width: min(28rem, 100%); padding: 2rem; border: 1px solid var(--line); border-radius: 1rem;
  background: var(--paper); box-shadow: 0 1rem 3rem rgb(0 0 0 / 8%); }
h1 { margin: 0; font-size: 1.25rem; } h2 { margin: 2rem 0 .5rem; font-size: 1rem; }
p { margin: .5rem 0; } .soft { color: var(--soft); font-size: .875rem; }
.price { font-size: 2.25rem; font-weight: 650; letter-spacing: -.02em; margin: .25rem 0 1.25rem; }
.price small { font-size: 1rem; font-weight: 400; color: var(--soft); }
fieldset { margin: 0 0 1.25rem; padding: .75rem 1rem; border: 1px solid var(--line); border-radius: .5rem; }
legend { padding: 0 .35rem; font-weight: 600; } label { display: flex; gap: .6rem; padding: .3rem 0; }
input { accent-color: var(--accent); } ul { list-style: none; margin: 0; padding: 0; }
li { display: flex; justify-content: space-between; gap: 1rem; padding: .5rem 0;
  border-top: 1px solid var(--line); }
button, .button { display: block; width: 100%; padding: .75rem 1rem; margin: .5rem 0; font: inherit;
  font-weight: 600; text-align: center; text-decoration: none; cursor: pointer; border-radius: .5rem;
  border: 1px solid var(--line); background: transparent; color: var(--ink); }
button.main { border-color: transparent; background: var(--accent); color: var(--on-accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
[role=alert] { padding: .75rem 1rem; border: 1px solid currentcolor; border-radius: .5rem;
  color: var(--alarm); }
`;

/** A complete page. */
export function layout(title: string, content: Markup): Markup {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          ${raw(STYLE)}
        </style>
      </head>
      <body>
        <main>
          ${content}
          <p class="soft">This is an emulator for Stripe on this machine. No money moves.</p>
        </main>
      </body>
    </html>`;
}

/** Headers of every page: no resources of other origins, no frames, no cache. */
export const PAGE_HEADERS = {
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
  "cache-control": "no-store",
  "referrer-policy": "same-origin",
};

/** Formats an amount in the currency's smallest unit. */
export function money(amount: number, currency: string): string {
  const format = new Intl.NumberFormat("en", { style: "currency", currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(amount / 10 ** digits);
}

/** Formats epoch seconds as a date. */
export function day(seconds: number): string {
  return new Intl.DateTimeFormat("en", { dateStyle: "long", timeZone: "UTC" }).format(
    seconds * 1000,
  );
}
