import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { ownPageOnly, SECURITY_HEADERS } from "./vite.guard.ts";

const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The folders that the development server may serve. */
const SERVED = [folder("."), folder("../convex"), folder("../node_modules")];

/** Files in these that it does not serve: the data of `bun run dev`, and Vite's own defaults. */
const DENIED = [
  "**/.quaver/**",
  "**/.git/**",
  ".env",
  ".env.*",
  ".npmrc",
  ".yarnrc.yml",
  "*.{crt,pem,key,p12,pfx,cer,der}",
];

/** What every page needs, as two files that compress well: a dozen small ones otherwise. */
const LIBRARIES = {
  name: "libraries",
  test: /node_modules\/(react|react-dom|scheduler|convex|wouter|react-error-boundary|@szhsin|@radix-ui\/react-icons)\//,
};
const SHARED = { name: "shared", test: /\/src\/(hooks|lib|ui)\/|\/src\/(text|theme)\.ts$/ };

export default defineConfig({
  plugins: [ownPageOnly(), react(), tailwindcss()],
  resolve: { alias: { "@backend": folder("../convex") } },
  server: {
    cors: false, // only the example's own page reads what is served here
    fs: {
      strict: true,
      allow: [...SERVED, ...SERVED.map((path) => realpathSync(path))],
      deny: DENIED,
    },
  },
  build: { rolldownOptions: { output: { codeSplitting: { groups: [LIBRARIES, SHARED] } } } },
  preview: { cors: false, headers: SECURITY_HEADERS },
});
