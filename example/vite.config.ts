import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { ownPageOnly } from "./vite.guard.ts";

const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** What the page is made of, and all that the development server hands out. */
const SERVED = [folder("."), folder("../convex"), folder("../node_modules")];

/** What it keeps to itself, there too: the data of `bun run dev`, and what Vite keeps unless told otherwise. */
const KEPT = [
  "**/.quaver/**",
  "**/.git/**",
  ".env",
  ".env.*",
  ".npmrc",
  ".yarnrc.yml",
  "*.{crt,pem,key,p12,pfx,cer,der}",
];

export default defineConfig({
  plugins: [ownPageOnly(), react(), tailwindcss()],
  resolve: { alias: { "@backend": folder("../convex") } },
  server: {
    cors: false, // no page but the example's own reads what is served here
    fs: {
      strict: true,
      allow: [...SERVED, ...SERVED.map((path) => realpathSync(path))],
      deny: KEPT,
    },
  },
});
