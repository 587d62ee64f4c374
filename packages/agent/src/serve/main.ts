/** The sandbox's entrypoint: serves `$HOME/app` on `PORT` for as long as the sandbox runs. */
import { homedir } from "node:os";
import { join } from "node:path";
import { startAppServer } from "./server.ts";

await startAppServer({ folder: join(homedir(), "app"), port: Number(process.env.PORT ?? 3000) });
