import type { Stats } from "node:fs";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { FileInfo } from "@daytona/toolbox-api-client";
import type { Context } from "hono";
import { Hono } from "hono";
import { systemErrorCode } from "../shared/errors.ts";
import type { EmulatorEnv } from "../shared/middleware.ts";
import type { DaytonaParts } from "./app.ts";
import { startedSandbox } from "./app.ts";
import { daemonRefusal } from "./errors.ts";
import { resolvePath } from "./workspace.ts";

/** The toolbox's file endpoints, below `/toolbox/:sandboxId/files`. */
export function fileRoutes({ fleet, machines }: DaytonaParts): Hono<EmulatorEnv> {
  const app = new Hono<EmulatorEnv>();
  const homeOf = (context: Context) =>
    machines.workspace(startedSandbox(fleet, context.req.param("sandboxId"))).home;
  const pathOf = (context: Context): string => {
    const path = context.req.query("path");
    if (path === undefined) throw daemonRefusal(400, "path is required", "INVALID_FILE_PATH");
    return resolvePath(homeOf(context), path);
  };

  app.get("/", async (context) => {
    const folder = resolvePath(homeOf(context), context.req.query("path") ?? ".");
    const names = await readdir(folder).catch(refuseMissing);
    return context.json(await Promise.all(names.map((name) => fileInfo(join(folder, name)))));
  });
  app.get("/info", async (context) => context.json(await fileInfo(pathOf(context))));
  app.get("/download", async (context) => {
    const content = await readFile(pathOf(context)).catch(refuseMissing);
    return context.body(new Uint8Array(content), 200, {
      "content-type": "application/octet-stream",
    });
  });
  app.post("/folder", async (context) => {
    await mkdir(pathOf(context), { recursive: true });
    return context.body(null, 201);
  });
  app.delete("/", async (context) => {
    const recursive = context.req.query("recursive") === "true";
    await rm(pathOf(context), { recursive }).catch(refuseMissing);
    return context.body(null, 204);
  });
  for (const endpoint of ["/upload", "/upload-v2"]) {
    app.post(endpoint, async (context) => {
      const path = pathOf(context);
      const { file } = await context.req.parseBody();
      if (!(file instanceof File)) throw daemonRefusal(400, "file is required");
      await write(path, file);
      return context.body(null, 200);
    });
  }
  app.post("/bulk-upload", async (context) => {
    const home = homeOf(context);
    const fields = await context.req.parseBody();
    const uploads = Object.entries(fields).flatMap(([name, file]) => {
      const [, index] = /^files\[(\d+)\]\.file$/.exec(name) ?? [];
      const path = index === undefined ? undefined : fields[`files[${index}].path`];
      if (typeof path !== "string" || !(file instanceof File)) return [];
      return [{ path: resolvePath(home, path), file }];
    });
    if (uploads.length === 0) throw daemonRefusal(400, "no files[n].path with files[n].file");
    for (const { path, file } of uploads) await write(path, file);
    return context.body(null, 200);
  });
  return app;
}

async function write(path: string, file: File): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, new Uint8Array(await file.arrayBuffer()));
}

async function fileInfo(path: string): Promise<FileInfo> {
  const stats: Stats = await stat(path).catch(refuseMissing);
  const modifiedAt = stats.mtime.toISOString();
  const permissions = (stats.mode & 0o777).toString(8).padStart(4, "0");
  return {
    name: basename(path),
    path,
    isDir: stats.isDirectory(),
    size: stats.size,
    mode: permissions,
    permissions,
    modTime: modifiedAt,
    modifiedAt,
    owner: "daytona",
    group: "daytona",
  };
}

function refuseMissing(error: unknown): never {
  if (systemErrorCode(error) !== "ENOENT") throw error;
  throw daemonRefusal(404, "file not found", "FILE_NOT_FOUND");
}
