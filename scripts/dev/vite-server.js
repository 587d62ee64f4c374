/**
 * Serves the example for `bun run dev`, in a process of its own: under Node, which Vite is made for, and away from the
 * deployment's work. Prints one line once it answers; after that only what is wrong, on stderr.
 *
 * Arguments: the example's folder, the port, and the folder to keep optimised dependencies in.
 */
import { createServer } from "vite";

const [root, port, cacheDir] = process.argv.slice(2);

const server = await createServer({
  root,
  cacheDir,
  clearScreen: false,
  logLevel: "warn",
  server: { host: "127.0.0.1", port: Number(port), strictPort: true },
});
await server.listen();
process.stdout.write("ready\n");
