/** A page that tries every way a browser has to read, write and connect to what is not its own. */

/** What it tries to reach: every address, but none of the secrets themselves. */
export interface Targets {
  /** Addresses to read, by what they hold. */
  reads: Record<string, string>;
  /** Addresses where a body does something, by what it does. `HOW` in a body becomes the way it was sent. */
  writes: Record<string, { url: string; body: string }>;
  /** Addresses of WebSockets, and their protocols. */
  sockets: Record<string, { url: string; protocol?: string }>;
}

/** What it read, by the way it was read. */
export type Findings = Record<string, string>;

/** The whole page, as HTML. It is done once `#findings` is there. */
export function hostilePage(targets: Targets): string {
  // Nothing in a script may end it.
  const json = JSON.stringify(targets).replaceAll("<", String.raw`\u003c`);
  return `<!doctype html><title>Hostile</title><h1>A harmless page</h1><script type="module">
    const findings = await (${attack.toString()})(${json});
    const shown = document.body.appendChild(document.createElement("pre"));
    shown.textContent = JSON.stringify(findings);
    shown.id = "findings";
  </script>`;
}

/** Runs in the page, so that it can use nothing of this module. */
async function attack(targets: Targets): Promise<Findings> {
  const findings: Findings = {};
  const WAIT_MS = 10_000; // beyond that a browser has refused without saying so
  const wait = (ms: number) => new Promise<null>((resolve) => setTimeout(() => resolve(null), ms));
  /** Notes what an attempt gets, if it gets anything. */
  const attempt = async (how: string, get: () => unknown) => {
    try {
      const got = await Promise.race([get(), wait(WAIT_MS)]);
      if (typeof got === "string" && got !== "") findings[how] = got;
    } catch {
      // Refused, as it should be.
    }
  };
  const once = (target: EventTarget, event: string) =>
    new Promise<string>((resolve, reject) => {
      target.addEventListener(event, () => resolve(event));
      target.addEventListener("error", () => reject(new Error("refused")));
    });
  const element = async (tag: string, attributes: Record<string, string>) => {
    const made = document.createElement(tag);
    const loaded = once(made, "load");
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    document.body.append(made);
    return await loaded;
  };
  const frame = (attributes: Record<string, string>) => {
    const made = document.createElement("iframe");
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    document.body.append(made);
    return made;
  };
  /** What a window shows, once it has had time to load. */
  const contentOf = async (shown: Window | null) => {
    await wait(WAIT_MS / 5);
    if (shown === null || shown.location.href === "about:blank") return "";
    return `${shown.location.href} ${shown.document.documentElement.outerHTML}`;
  };

  /** The ways to read an address. One after the other: a browser opens few connections to a host at once. */
  const readings: Record<string, (url: string) => unknown> = {
    fetch: async (url) => (await fetch(url)).text(),
    "fetch with credentials": async (url) => (await fetch(url, { credentials: "include" })).text(),
    "fetch without CORS": async (url) => (await fetch(url, { mode: "no-cors" })).text(),
    XMLHttpRequest: async (url) => {
      const request = new XMLHttpRequest();
      request.open("GET", url);
      request.send();
      await once(request, "load");
      return request.responseText;
    },
    import: async (url) =>
      JSON.stringify(await (import(/* @vite-ignore */ url) as Promise<unknown>)),
    script: (url) => element("script", { src: url }),
    module: (url) => element("script", { src: url, type: "module" }),
    "style sheet": (url) => element("link", { href: url, rel: "stylesheet" }),
    image: (url) => element("img", { src: url }),
    frame: (url) => contentOf(frame({ src: url }).contentWindow),
    window: async (url) => {
      const opened = window.open(url);
      try {
        return await contentOf(opened);
      } finally {
        opened?.close();
      }
    },
  };
  for (const [how, read] of Object.entries(readings)) {
    const each = Object.entries(targets.reads);
    await Promise.all(each.map(([name, url]) => attempt(`${how} ${name}`, () => read(url))));
  }
  const writings = Object.entries(targets.writes).flatMap(([name, { url, body }]) => {
    const send = async (how: string, init: RequestInit) =>
      (await fetch(url, { method: "POST", body: body.replace("HOW", how), ...init })).text();
    return [
      attempt(`post ${name}`, () => send("post", {})),
      attempt(`post JSON ${name}`, () =>
        send("json", { headers: { "content-type": "application/json" } }),
      ),
      attempt(`post without CORS ${name}`, () => send("nocors", { mode: "no-cors" })),
      attempt(`beacon ${name}`, () => {
        navigator.sendBeacon(url, body.replace("HOW", "beacon"));
      }),
      attempt(`form ${name}`, async () => {
        const shown = frame({ name: `form ${name}` });
        const form = document.createElement("form");
        const field = document.createElement("input");
        Object.assign(form, { action: url, method: "post", enctype: "text/plain" });
        form.target = shown.name;
        // As plain text it is sent as NAME=VALUE: here one JSON text, with a member more.
        field.name = body.replace("HOW", "form").replace(/\}$/, ',"more":"');
        field.value = '"}';
        form.append(field);
        document.body.append(form);
        form.submit();
        return await contentOf(shown.contentWindow);
      }),
    ];
  });
  const connections = Object.entries(targets.sockets).map(([name, { url, protocol }]) =>
    attempt(`socket ${name}`, () => once(new WebSocket(url, protocol), "open")),
  );
  const lookings =
    window.top === window
      ? []
      : [
          attempt("the parent's document", () => parent.document.body.innerText),
          attempt("the parent's address", () => parent.location.href),
          attempt("the parent's storage", () => parent.sessionStorage.getItem("quaver:person")),
          attempt("the frame's own element", () => window.frameElement?.outerHTML),
          attempt("the top's address", () => {
            window.top!.location.href = "about:blank";
            return "moved";
          }),
          attempt("the top by a popup", async () => {
            const popup = window.open("about:blank");
            const script = popup?.document.createElement("script");
            if (!popup || !script) return;
            script.textContent = "opener.top.location.href = 'about:blank'";
            popup.document.body.append(script);
            await wait(WAIT_MS / 10);
            popup.close();
          }),
        ];
  const others = [
    attempt("cookies", () => document.cookie),
    attempt("a service worker of the emulator", async () => {
      const url = `${new URL(targets.reads["daytona: calls"] ?? "/", location.href).origin}/sw.js`;
      await navigator.serviceWorker.register(url);
      return "registered";
    }),
  ];
  await Promise.all([...writings, ...connections, ...lookings, ...others]);
  return findings;
}
