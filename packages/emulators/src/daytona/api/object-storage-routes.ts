import type { StorageAccessDto } from "@daytona/api-client";
import type { Context } from "hono";
import { Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { EmulatorEnv } from "../../shared/middleware.ts";
import type { DaytonaParts } from "../app.ts";
import { ORGANIZATION_ID } from "../sandboxes/sandbox-json.ts";
import { signatureError } from "../snapshots/aws-signature.ts";
import { BUCKET, isContextKey } from "../snapshots/object-store.ts";

const REGION = "us-east-1";
const STORAGE_PATH = "/s3";

/** `GET /object-storage/push-access`: where the SDK uploads a build's context to, and with which credentials. */
export function objectStorageRoutes({ url, storage }: DaytonaParts): Hono<EmulatorEnv> {
  const app = new Hono<EmulatorEnv>();
  app.get("/push-access", (context) => {
    const access: StorageAccessDto = {
      ...storage,
      storageUrl: `${url}${STORAGE_PATH}`,
      organizationId: ORGANIZATION_ID,
      bucket: BUCKET,
      region: REGION,
    };
    return context.json(access);
  });
  return app;
}

/** The part of S3's API by which `@aws-sdk/lib-storage` uploads, below `/s3`. Its requests carry no API key. */
export function s3Routes({ objects, storage }: DaytonaParts): Hono<EmulatorEnv> {
  const app = new Hono<EmulatorEnv>();
  app.use(async (context, next) => {
    const { req } = context;
    const error = signatureError(
      {
        method: req.method,
        url: new URL(req.url),
        header: (name) => req.header(name),
        body: new Uint8Array(await req.arrayBuffer()),
      },
      storage,
    );
    if (error) return failure(context, 403, error);
    if (req.param("bucket") !== BUCKET) return failure(context, 404, "NoSuchBucket");
    await next();
    return undefined;
  });
  app.get("*", (context) => {
    if (keyOf(context) !== "") return failure(context, 501, "NotImplemented");
    const keys = objects.keys(context.req.query("prefix") ?? "");
    const most = Number(context.req.query("max-keys") ?? 1000);
    const contents = keys.slice(0, most).map((key) => `<Contents><Key>${key}</Key></Contents>`);
    const count = `<KeyCount>${contents.length}</KeyCount>`;
    const more = `<IsTruncated>${keys.length > most}</IsTruncated>`;
    return xml(context, "ListBucketResult", count + more + contents.join(""));
  });
  app.put("*", async (context) => {
    const [key, content] = [keyOf(context), new Uint8Array(await context.req.arrayBuffer())];
    if (!isContextKey(key)) return failure(context, 403, "AccessDenied");
    const { uploadId, partNumber } = context.req.query();
    const etag =
      uploadId === undefined
        ? objects.put(key, content)
        : objects.putPart(uploadId, Number(partNumber), content);
    if (etag === undefined) return failure(context, 404, "NoSuchUpload");
    return context.body(null, 200, { etag });
  });
  app.post("*", async (context) => {
    const key = keyOf(context);
    if (!isContextKey(key)) return failure(context, 403, "AccessDenied");
    const { uploadId } = context.req.query();
    const where = `<Bucket>${BUCKET}</Bucket><Key>${key}</Key>`;
    if (uploadId === undefined) {
      const id = `<UploadId>${objects.beginUpload(key)}</UploadId>`;
      return xml(context, "InitiateMultipartUploadResult", where + id);
    }
    const body = await context.req.text();
    const parts = [...body.matchAll(/<PartNumber>(\d+)<\/PartNumber>/g)].map(([, n]) => Number(n));
    const etag = objects.completeUpload(uploadId, key, parts);
    if (etag === undefined) return failure(context, 404, "NoSuchUpload");
    const tag = `<ETag>${etag.replaceAll('"', "&quot;")}</ETag>`;
    return xml(context, "CompleteMultipartUploadResult", where + tag);
  });
  app.delete("*", (context) => {
    objects.abortUpload(context.req.query("uploadId") ?? "");
    return context.body(null, 204);
  });
  app.all("*", (context) => failure(context, 501, "NotImplemented"));
  return app;
}

/** The object's key; empty for the bucket itself. */
function keyOf(context: Context): string {
  return context.req.path.split("/").slice(3).join("/"); // after `/s3/BUCKET/`
}

function xml(
  context: Context,
  element: string,
  content: string,
  status: ContentfulStatusCode = 200,
): Response {
  const document = `<?xml version="1.0" encoding="UTF-8"?><${element}>${content}</${element}>`;
  return context.body(document, status, { "content-type": "application/xml" });
}

/** An error, as S3 answers it. */
function failure(context: Context, status: ContentfulStatusCode, code: string): Response {
  return xml(context, "Error", `<Code>${code}</Code><Message>${code}</Message>`, status);
}
