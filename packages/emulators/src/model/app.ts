import { Hono } from "hono";
import type { FaultInjector, ModelFault } from "../shared/faults.ts";
import type { EmulatorEnv } from "../shared/middleware.ts";
import { controlRoutes, hasBearer, limitBody, readJson, withFaults } from "../shared/middleware.ts";
import { allowedOriginsOnly, corsFor } from "../shared/origins.ts";
import { checkRequest } from "./chat/requests.ts";
import { respond } from "./chat/respond.ts";
import { invalidKey, invalidRequest, modelError, modelNotFound } from "./errors.ts";
import { quotaExceeded, rateLimited } from "./errors.ts";

/** What the app is made of. */
export interface ModelParts {
  apiKey: string;
  /** The id of the only model. */
  model: string;
  faults: FaultInjector;
  origins: readonly string[];
  /** Milliseconds between two pieces of a streamed answer. */
  paceMs: number;
  now: () => number;
}

/** At its root. */
const FRONT_PAGE = {
  service: "an OpenAI-compatible model",
  about: "It builds small apps by calls of a coding agent's tools, without a model.",
  routes: {
    "GET /v1/models": "the only model, with the key",
    "POST /v1/chat/completions": "its answers, streamed or not, with the key",
  },
};

/** The emulator's HTTP app: of OpenAI's API, the models and the chat completions. */
export function modelApp(parts: ModelParts): Hono<EmulatorEnv> {
  const { origins, faults } = parts;
  const app = new Hono<EmulatorEnv>();
  app.use(allowedOriginsOnly({ origins }), corsFor(origins), limitBody);
  app.route("/", controlRoutes(faults, FRONT_PAGE));
  app.use(withFaults(faults));
  app.route("/v1", api(parts));
  app.notFound((context) => {
    const message = `Invalid URL (${context.req.method} ${context.req.path})`;
    return modelError(context, { status: 404, type: "invalid_request_error", message });
  });
  app.onError((error, context) =>
    modelError(context, { status: 500, type: "server_error", message: error.message }),
  );
  return app;
}

function api(parts: ModelParts): Hono<EmulatorEnv> {
  const { apiKey, model, now } = parts;
  const app = new Hono<EmulatorEnv>();
  const card = { id: model, object: "model", created: toSeconds(now()), owned_by: "quaver" };
  app.use(async (context, next) => {
    const fault = modelFaultOf(context.get("fault"));
    if (fault === "invalidKey" || !hasBearer(context, apiKey)) {
      const given = context.req.header("authorization") !== undefined;
      return modelError(context, invalidKey(given));
    }
    if (fault === "rateLimit") return modelError(context, rateLimited(model));
    if (fault === "quota") return modelError(context, quotaExceeded());
    await next();
    return undefined;
  });
  app.get("/models", (context) => context.json({ object: "list", data: [card] }));
  app.get("/models/:id", (context) => {
    const id = context.req.param("id");
    return id === model ? context.json(card) : modelError(context, modelNotFound(id));
  });
  app.post("/chat/completions", async (context) => {
    const body = await readJson(context);
    if (body === undefined) {
      return modelError(
        context,
        invalidRequest("We could not parse the JSON body of your request."),
      );
    }
    const checked = checkRequest(body);
    if ("error" in checked) return modelError(context, checked.error);
    const { request } = checked;
    if (request.model !== model) return modelError(context, modelNotFound(request.model));
    return respond(context, request, { ...parts, fault: modelFaultOf(context.get("fault")) });
  });
  return app;
}

function modelFaultOf(fault: EmulatorEnv["Variables"]["fault"]): ModelFault | undefined {
  return typeof fault === "object" && "model" in fault ? fault.model : undefined;
}

function toSeconds(ms: number): number {
  return Math.floor(ms / 1000);
}
