import { Configuration, type SandboxApi } from "@daytona/api-client";
import { Daytona } from "@daytonaio/sdk";

/** How to reach Daytona. */
export interface ConnectionOptions {
  apiKey: string;
  apiUrl: string;
  /** The region. */
  target?: string | undefined;
  /** Bounds each single request, but not the upload of files. */
  requestTimeoutMs: number;
}

type AxiosInstance = NonNullable<ConstructorParameters<typeof SandboxApi>[2]>;

/** Daytona's SDK, and what the classes of its API client are made with. */
export interface Connection {
  daytona: Daytona;
  /** With the key: keep them out of logs. */
  headers: { Authorization: string };
  configuration: Configuration;
  axios: AxiosInstance;
}

/** Connects the SDK, and its own API client, to the same Daytona. */
export function openConnection({
  apiKey,
  apiUrl,
  target,
  requestTimeoutMs,
}: ConnectionOptions): Connection {
  const daytona = new Daytona({
    apiKey,
    apiUrl,
    requestTimeoutMs,
    useDeprecatedPolling: true, // otherwise it opens a socket at once and keeps the process alive
    otelEnabled: false,
    ...(target === undefined ? {} : { target }),
  });
  const headers = { Authorization: `Bearer ${apiKey}` };
  const configuration = new Configuration({ basePath: apiUrl, baseOptions: { headers } });
  // The same axios: the SDK's types name its ESM build, the API client's types its CommonJS build.
  const axios = Daytona.createAxiosInstance(requestTimeoutMs) as unknown as AxiosInstance;
  return { daytona, headers, configuration, axios };
}
