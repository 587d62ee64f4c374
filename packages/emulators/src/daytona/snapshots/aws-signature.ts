import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";

/** What requests to the object storage are signed with. */
export interface StorageCredentials {
  accessKey: string;
  secret: string;
  sessionToken: string;
}

/** A request as its signature covers it. */
export interface SignedRequest {
  method: string;
  url: URL;
  /** A header's value by its name in lower case. */
  header: (name: string) => string | undefined;
  body: Uint8Array;
}

/** Why a signature is refused: S3's own codes, all of which are answered with 403. */
export type SignatureError =
  "AccessDenied" | "InvalidAccessKeyId" | "InvalidToken" | "SignatureDoesNotMatch";

const ALGORITHM = "AWS4-HMAC-SHA256";

const authorizationSchema = z
  .string()
  .regex(
    new RegExp(`^${ALGORITHM} Credential=[^,]+, ?SignedHeaders=[^,]+, ?Signature=[0-9a-f]{64}$`),
  )
  .transform((text) => {
    const [, credential = "", signed = "", signature = ""] =
      /Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=(.+)$/.exec(text) ?? [];
    const [accessKey = "", ...scope] = credential.split("/");
    return { accessKey, scope: scope.join("/"), signedHeaders: signed.split(";"), signature };
  });

/**
 * Checks a request's AWS Signature Version 4, as S3 does: the key, the session token, the body's hash and the signature
 * of all that is signed. Its age is not checked.
 */
export function signatureError(
  request: SignedRequest,
  credentials: StorageCredentials,
): SignatureError | undefined {
  const authorization = authorizationSchema.safeParse(request.header("authorization"));
  if (!authorization.success) return "AccessDenied";
  const { accessKey, scope, signedHeaders, signature } = authorization.data;
  if (accessKey !== credentials.accessKey) return "InvalidAccessKeyId";
  if (request.header("x-amz-security-token") !== credentials.sessionToken) return "InvalidToken";
  const bodyHash = request.header("x-amz-content-sha256") ?? "";
  if (bodyHash !== "UNSIGNED-PAYLOAD" && bodyHash !== sha256(request.body)) {
    return "SignatureDoesNotMatch";
  }
  const toSign = [
    ALGORITHM,
    request.header("x-amz-date") ?? "",
    scope,
    sha256(canonicalRequest(request, signedHeaders, bodyHash)),
  ].join("\n");
  const expected = hmac(signingKey(credentials.secret, scope), toSign);
  return timingSafeEqual(expected, Buffer.from(signature, "hex"))
    ? undefined
    : "SignatureDoesNotMatch";
}

function canonicalRequest(
  { method, url, header }: SignedRequest,
  signedHeaders: readonly string[],
  bodyHash: string,
): string {
  const query = [...url.searchParams]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort();
  const headers = signedHeaders.map(
    (name) => `${name}:${(header(name) ?? "").trim().replace(/ +/g, " ")}\n`,
  );
  return [
    method,
    url.pathname, // S3 signs the path as it is sent
    query.join("&"),
    headers.join(""),
    signedHeaders.join(";"),
    bodyHash,
  ].join("\n");
}

/** The key of one day, region and service, which are the scope's parts. */
function signingKey(secret: string, scope: string): Buffer {
  return scope
    .split("/")
    .reduce<Buffer>((key, part) => hmac(key, part), Buffer.from(`AWS4${secret}`));
}

/** RFC 3986: also what `encodeURIComponent` leaves as it is. */
function encode(text: string): string {
  const more = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replace(/[!'()*]/g, more);
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
