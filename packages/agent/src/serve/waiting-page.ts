import type { ServerResponse } from "node:http";

const WORDS = {
  empty: ["Nothing here yet", "The app appears here as soon as the agent has written it."],
  starting: [
    "The app is starting",
    "Its server is not ready yet. This page looks again by itself.",
  ],
} as const;

/**
 * Answers with 503 and a page that reloads itself.
 *
 * @param why - whether there is no app, or its server does not answer
 */
export function answerWaiting(response: ServerResponse, why: keyof typeof WORDS): void {
  const [title, text] = WORDS[why];
  const headers = {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "retry-after": "1",
  };
  response.writeHead(503, headers).end(`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta http-equiv="refresh" content="1">
  <title>${title}</title>
  <style>
    :root { color-scheme: light dark; font: 1rem/1.6 system-ui, sans-serif; }
    body { margin: 0; min-height: 100vh; display: grid; place-content: center; justify-items: center; padding: 2rem; text-align: center; color: light-dark(#24242e, #eeeef4); background: light-dark(#fafafd, #121218); }
    h1 { margin: 1.5rem 0 0.25rem; font-size: 1.35rem; letter-spacing: -0.02em; }
    p { margin: 0; color: light-dark(#5c5c6b, #a9a9b8); }
    i { width: 2.5rem; aspect-ratio: 1; border-radius: 50%; border: 4px solid light-dark(#e2e2ee, #33333f); border-top-color: light-dark(#5448c8, #a9a2ff); animation: turn 1s linear infinite; }
    @keyframes turn { to { rotate: 1turn; } }
    @media (prefers-reduced-motion: reduce) { i { animation: none; } }
  </style>
</head>
<body>
  <i aria-hidden="true"></i>
  <h1>${title}</h1>
  <p>${text}</p>
</body>
</html>
`);
}
