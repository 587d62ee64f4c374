import type { PaginatedSnapshots, Url } from "@daytona/api-client";
import type { Context } from "hono";
import { Hono } from "hono";
import { z } from "zod";
import type { EmulatorEnv } from "../../shared/middleware.ts";
import { readJson } from "../../shared/middleware.ts";
import type { DaytonaParts } from "../app.ts";
import { DaytonaError, validate } from "../errors.ts";
import type { SnapshotRow } from "../snapshots/rows.ts";
import { toSnapshotJson } from "../snapshots/snapshot-json.ts";
import type { SnapshotStore } from "../snapshots/snapshot-store.ts";
import { isBuilding } from "../snapshots/snapshot-store.ts";

// As in `apps/api/src/sandbox/services/snapshot.service.ts` of daytonaio/daytona.
const NAME = /^[a-zA-Z0-9_.\-:]+(\/[a-zA-Z0-9_.\-:]+)*(@sha256:[a-f0-9]{64})?$/;
const NAME_ERROR =
  "Invalid snapshot name format. May contain letters, digits, dots, colons, and dashes";

const size = z.int().min(1);

const createSchema = z.looseObject({
  name: z.string().regex(NAME, NAME_ERROR),
  imageName: z.string().optional(),
  buildInfo: z
    .object({
      dockerfileContent: z.string().min(1),
      contextHashes: z.array(z.string().regex(/^[0-9a-f]{32}$/)).default([]),
    })
    .optional(),
  cpu: size.default(1),
  memory: size.default(1),
  disk: size.default(3),
});

const idSchema = z.uuid("Validation failed (uuid is expected)");

const pageSchema = z.object({
  page: z.coerce.number().int().min(1).default(1),
  limit: z.coerce.number().int().min(1).max(200).default(100),
});

/** Daytona's API of snapshots, below `/snapshots`. */
export function snapshotRoutes({ url, snapshots }: DaytonaParts): Hono<EmulatorEnv> {
  const app = new Hono<EmulatorEnv>();
  const found = (context: Context): SnapshotRow => {
    const idOrName = context.req.param("id") ?? "";
    const snapshot = snapshots.find(idOrName);
    if (!snapshot) throw new DaytonaError(404, `Snapshot ${idOrName} not found`);
    return snapshot;
  };
  // Daytona's server takes a name for reading alone.
  const foundById = (context: Context): SnapshotRow => {
    validate(idSchema, context.req.param("id"));
    return found(context);
  };

  app.post("/", async (context) => {
    const { buildInfo, name, cpu, memory, disk } = validate(createSchema, await readJson(context));
    if (!buildInfo) {
      throw new DaytonaError(501, "the Daytona emulator makes snapshots of a Dockerfile only");
    }
    const { dockerfileContent: dockerfile, contextHashes } = buildInfo;
    const input = { name, cpu, memory, disk, dockerfile, contextHashes };
    return context.json(toSnapshotJson(snapshots.create(input, forcedFailureOf(context))));
  });
  app.get("/", (context) => {
    const { page, limit } = validate(pageSchema, context.req.query());
    const all = snapshots.list();
    const items = all.slice((page - 1) * limit, page * limit).map(toSnapshotJson);
    const answer: Omit<PaginatedSnapshots, "items"> & { items: typeof items } = {
      items,
      total: all.length,
      page,
      totalPages: Math.ceil(all.length / limit),
    };
    return context.json(answer);
  });
  app.get("/:id", (context) => {
    const snapshot = found(context);
    snapshots.recordRead(snapshot);
    return context.json(toSnapshotJson(snapshot));
  });
  app.delete("/:id", (context) => {
    snapshots.remove(foundById(context));
    return context.body(null, 200);
  });
  app.post("/:id/activate", (context) =>
    context.json(toSnapshotJson(snapshots.activate(foundById(context)))),
  );
  app.post("/:id/deactivate", (context) => {
    snapshots.deactivate(foundById(context));
    return context.body(null, 204);
  });
  app.get("/:id/build-logs-url", (context) => {
    const answer: Url = { url: `${url}/snapshots/${foundById(context).id}/build-logs` };
    return context.json(answer);
  });
  app.get("/:id/build-logs", (context) => {
    const snapshot = foundById(context);
    if (snapshot.general) {
      throw new DaytonaError(404, `Snapshot with ID ${snapshot.id} has no build info`);
    }
    const headers = { "content-type": "application/octet-stream" };
    const follow = context.req.query("follow") === "true";
    return new Response(logStream(snapshots, snapshot.id, follow), { headers });
  });
  return app;
}

/** The lines of a build: those so far, and with `follow` those to come, until the build ends or the reader leaves. */
function logStream(snapshots: SnapshotStore, id: string, follow: boolean): ReadableStream {
  const encoder = new TextEncoder();
  let sent = 0;
  let stop = (): void => undefined;
  return new ReadableStream({
    start: (controller) => {
      const send = (): boolean => {
        const snapshot = snapshots.find(id);
        const lines = snapshot?.logs.slice(sent) ?? [];
        sent += lines.length;
        for (const line of lines) controller.enqueue(encoder.encode(`${line}\n`));
        const goesOn = follow && snapshot !== undefined && isBuilding(snapshot);
        if (!goesOn) controller.close();
        return goesOn;
      };
      if (!send()) return;
      stop = snapshots.onChange(id, () => {
        if (!send()) stop();
      });
    },
    cancel: () => {
      stop();
    },
  });
}

/** The reason that a fault makes the build fail for, if there is one. */
function forcedFailureOf(context: Context<EmulatorEnv>): string | undefined {
  const fault = context.get("fault");
  return typeof fault === "object" && "error" in fault ? fault.error : undefined;
}
