/** The sandbox's entrypoint: serves `$HOME/app` on `PORT` for as long as the sandbox runs. */
import { homedir } from "node:os";
import { join } from "node:path";
import { startAppServer } from "./server.ts";

const server = await startAppServer({
  folder: join(homedir(), "app"),
  port: Number(process.env.PORT ?? 3000),
});

// The dev script is in a process group of its own, which no signal reaches that is sent to this one.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => void server.close().finally(() => process.exit(0)));
}
