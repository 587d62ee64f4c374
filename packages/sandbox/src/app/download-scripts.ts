/** The scripts that pack and serve an archive of the app. They run in the sandbox, on Node 18 or later, as CommonJS. */
import { IS_RUNNING, PRELUDE } from "./file-scripts.ts";

const MAX_DOWNLOADS = 3; // at once
const MAX_RATIO = 10; // what is packed may be this many times as large as the archive: a sparse file of a terabyte packs to little
const ANSWER_AFTER_MS = 10_000; // that it is not ready yet
const SLOW_CLIENT_MS = 600_000; // what has begun before the expiry may go on for as long
const [FIRST_PORT, LAST_PORT] = [4000, 9999]; // Daytona previews the ports from 3000 to 9999

/**
 * Starts the process that packs and serves `input.token`, unless it has been started, and answers how far that is. Its
 * state is a file of its own, so that the call can be repeated. Of downloads beyond the third, the oldest ends.
 */
export const DOWNLOAD_SCRIPT = `${PRELUDE}${IS_RUNNING}
const { spawn } = require("node:child_process");
const FOLDER = path.join(HOME, ".quaver", "downloads");
const PROCESS = "QUAVER_APP_INPUT";
const stateFile = (token) => path.join(FOLDER, token + ".json");
function readState(token) {
  try {
    return JSON.parse(fs.readFileSync(stateFile(token), "utf8"));
  } catch {
    return null;
  }
}
function removeOthers() {
  const tokens = fs.readdirSync(FOLDER).flatMap((name) => (name.endsWith(".json") ? [name.slice(0, -5)] : []));
  const states = tokens.map((token) => ({ token, pid: 0, startedAt: 0, ...readState(token) }));
  const running = states.filter((state) => isRunning(state.pid, PROCESS));
  running.sort((a, b) => b.startedAt - a.startedAt);
  const kept = new Set(running.slice(0, ${MAX_DOWNLOADS - 1}).map(({ token }) => token));
  for (const state of running.filter(({ token }) => !kept.has(token))) process.kill(state.pid, "SIGKILL");
  for (const name of fs.readdirSync(FOLDER)) {
    if (!kept.has(name.split(".")[0])) fs.rmSync(path.join(FOLDER, name), { force: true });
  }
}
function start() {
  fs.mkdirSync(FOLDER, { recursive: true, mode: 0o700 });
  removeOthers();
  const { serve, ...settings } = input;
  const env = { ...process.env, QUAVER_APP_INPUT: JSON.stringify(settings) };
  delete env.QUAVER_APP_SCRIPT;
  const child = spawn(process.execPath, ["-e", serve], { cwd: HOME, env, detached: true, stdio: "ignore" });
  child.unref();
  const state = { kind: "packing", pid: child.pid, startedAt: Date.now() };
  try {
    fs.writeFileSync(stateFile(input.token), JSON.stringify(state), { mode: 0o600, flag: "wx" });
  } catch (error) {
    if (error.code !== "EEXIST") throw error; // the process was faster
  }
}
function report() {
  const state = readState(input.token);
  if (state === null) return false;
  if (state.kind === "diskFull") process.exit(71);
  if (state.kind === "failed" || (state.kind === "packing" && !isRunning(state.pid, PROCESS))) process.exit(1);
  if (state.kind === "packing" && Date.now() < giveUpAt) return false;
  const { kind, port, size } = state;
  answer({ kind, port, size });
}
const giveUpAt = Date.now() + ${ANSWER_AFTER_MS};
if (readState(input.token) === null) start();
const timer = setInterval(report, 50);
`;

/**
 * Packs the app's folder, and serves the archive under its token until it expires, whether or not it is packed by then.
 * `tar` says by its exit code 1 or 2 that files changed or could not be read meanwhile; the archive is whole without them.
 */
export const SERVE_DOWNLOAD_SCRIPT = `${PRELUDE}
const { spawn } = require("node:child_process");
const http = require("node:http");
const zlib = require("node:zlib");
const { pipeline } = require("node:stream");
const FOLDER = path.join(HOME, ".quaver", "downloads");
const archive = path.join(FOLDER, input.token + ".tar.gz");
const stateFile = path.join(FOLDER, input.token + ".json");
const expiresAt = Date.now() + input.expiresInSeconds * 1000;
const startedAt = Date.now();
function setState(state) {
  fs.writeFileSync(stateFile + ".new", JSON.stringify({ ...state, pid: process.pid, startedAt }), { mode: 0o600 });
  fs.renameSync(stateFile + ".new", stateFile);
}
function end(kind) {
  fs.rmSync(archive, { force: true });
  if (kind !== undefined) setState({ kind });
  process.exit(0);
}
function isEmpty() {
  try {
    return fs.readdirSync(APP).every((name) => name === "node_modules" || name === ".git");
  } catch {
    return true;
  }
}
function pack(done) {
  const args = ["--exclude=node_modules", "--exclude=.git", "-cf", "-", "-C", APP, "."];
  const tar = spawn("tar", args, { stdio: ["ignore", "pipe", "ignore"] });
  const gzip = zlib.createGzip({ level: 4 });
  const out = fs.createWriteStream(archive, { mode: 0o600 });
  let size = 0;
  let packed = 0;
  let code;
  const stop = (kind) => {
    tar.kill("SIGKILL");
    end(kind);
  };
  const timer = setTimeout(() => stop("failed"), expiresAt - Date.now());
  const ended = () => {
    if (code === undefined || !out.closed) return;
    if (code === null || code > 2) end("failed");
    clearTimeout(timer);
    done(size);
  };
  tar.stdout.on("data", (chunk) => {
    packed += chunk.length;
    if (packed > input.maxBytes * ${MAX_RATIO}) stop("tooLarge");
  });
  gzip.on("data", (chunk) => {
    size += chunk.length;
    if (size > input.maxBytes) stop("tooLarge");
  });
  tar.once("error", () => end("failed"));
  tar.once("exit", (status) => {
    code = status;
    ended();
  });
  pipeline(tar.stdout, gzip, out, (error) => {
    if (error) end(error.code === "ENOSPC" || error.code === "EDQUOT" ? "diskFull" : "failed");
    ended();
  });
}
function serve(size) {
  let open = 0;
  const endIfOver = () => open === 0 && Date.now() >= expiresAt && end();
  const server = http.createServer((request, response) => {
    if (request.url.split("?")[0] !== "/" + input.token + "/app.tar.gz" || Date.now() >= expiresAt) {
      response.writeHead(404, { "content-type": "text/plain" }).end("There is no such download, or it has expired.");
      return;
    }
    const range = /^bytes=(\\d+)-(\\d*)$/.exec(request.headers.range ?? "");
    const first = range === null ? 0 : Number(range[1]);
    const last = range === null || range[2] === "" ? size - 1 : Math.min(Number(range[2]), size - 1);
    if (first > last) {
      response.writeHead(416, { "content-range": "bytes */" + size }).end();
      return;
    }
    const headers = {
      "content-type": "application/gzip",
      "content-disposition": 'attachment; filename="app.tar.gz"',
      "content-length": last - first + 1,
      "accept-ranges": "bytes",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    };
    if (range !== null) headers["content-range"] = "bytes " + first + "-" + last + "/" + size;
    response.writeHead(range === null ? 200 : 206, headers);
    if (request.method === "HEAD") {
      response.end();
      return;
    }
    open += 1;
    pipeline(fs.createReadStream(archive, { start: first, end: last }), response, () => {
      open -= 1;
      endIfOver();
    });
  });
  const listen = () => {
    const port = ${FIRST_PORT} + Math.floor(Math.random() * ${LAST_PORT - FIRST_PORT + 1});
    server.listen(port, "127.0.0.1");
  };
  server.on("error", (error) => (error.code === "EADDRINUSE" ? listen() : end("failed")));
  server.on("listening", () => setState({ kind: "served", port: server.address().port, size }));
  listen();
  setTimeout(endIfOver, expiresAt - Date.now() + 10); // a timer may be a millisecond early
  setTimeout(end, expiresAt - Date.now() + ${SLOW_CLIENT_MS});
}
fs.mkdirSync(FOLDER, { recursive: true, mode: 0o700 });
if (isEmpty()) end("empty");
pack(serve);
`;
