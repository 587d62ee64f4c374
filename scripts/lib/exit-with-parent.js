/**
 * Preloaded into a child process whose stdin is a pipe that its parent never writes to. When the parent ends, even by
 * `kill -9`, the pipe closes and the child ends, too.
 */
const leave = () => process.exit(1);
process.stdin.on("end", leave).on("close", leave).on("error", leave);
process.stdin.resume();
// Watching must not keep a child alive whose own work is done.
process.stdin.unref();
