/**
 * The `Response` of isolates: one with a text for its body is text from the start, as in production
 * (npm-packages/udf-runtime, 23_response.ts); Bun's is so only once it is read.
 */
export const IsolateResponse = new Proxy(Response, {
  construct(target, args, newTarget) {
    // `newTarget` is the proxy, or a class that extends it: it makes Responses in any case.
    const response = Reflect.construct(target, args, newTarget) as Response;
    if (typeof args[0] === "string" && !response.headers.has("content-type")) {
      response.headers.set("content-type", "text/plain;charset=UTF-8");
    }
    return response;
  },
});
