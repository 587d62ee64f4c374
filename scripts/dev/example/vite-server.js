/**
 * Serves the example for `bun run dev`, in a process of its own: under Node, which Vite is made for, and away from the
 * deployment's work. Prints one line once it answers; after that only what is wrong, on stderr.
 *
 * Arguments: the example's folder, the port, the folder to keep optimised dependencies in, and `built` for a
 * production build instead of the sources.
 */
import { join } from "node:path";
import { build, createServer, preview } from "vite";

const [root, port, cacheDir, mode] = process.argv.slice(2);
const listen = { host: "127.0.0.1", port: Number(port), strictPort: true };

if (mode === "built") {
  const outDir = join(cacheDir, "built");
  await build({ root, logLevel: "warn", build: { outDir, emptyOutDir: true } });
  await preview({ root, logLevel: "warn", build: { outDir }, preview: listen });
} else {
  const server = await createServer({
    root,
    cacheDir,
    clearScreen: false,
    logLevel: "warn",
    server: listen,
  });
  await server.listen();
}
process.stdout.write("ready\n");
