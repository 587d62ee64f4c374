import { createSandboxClient, isSandboxError } from "@quaver/sandbox";

const client = createSandboxClient({
  apiKey: process.env.DAYTONA_API_KEY ?? "",
  apiUrl: process.env.DAYTONA_API_URL ?? "https://app.daytona.io/api",
});

async function build(name: string): Promise<void> {
  // The name makes it safe to repeat: there is never a second sandbox of a name.
  const { id } = await client.create({
    name: "greeter",
    labels: { app: "my-app" },
    autoStopMinutes: 15,
    autoArchiveMinutes: 60,
  });
  // A session runs one command, ever. Called again with the same session, this returns the same command.
  const session = `build-for-${name}`;
  const { commandId } = await client.startCommand(id, {
    session,
    command: 'mkdir -p app; echo "Hello, $NAME!" | tee app/index.html',
    env: { NAME: name }, // nothing has to be quoted for a shell
  });
  // Its output from an offset on, which the caller keeps: whoever reads may be another process each time.
  for (let offset = 0, ended = false; !ended;) {
    const read = { session, commandId, offset, limit: 100_000 };
    const progress = await client.readCommand(id, read);
    if (progress === null) throw new Error("The sandbox was stopped meanwhile.");
    process.stdout.write(progress.output);
    offset += progress.output.length;
    ended = progress.exitCode !== null && !progress.more;
    if (!ended) await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const { version } = await client.commitVersion(id, { message: `For ${name}` });
  const changes = await client.readChanges(id, { version });
  const files = changes.kind === "changes" ? changes.files.map(({ path }) => path) : [];
  const { url } = await client.previewUrl(id, { port: 3000, expiresInSeconds: 600 });
  console.log(`${files.join(", ")}: ${url}`);
}

try {
  await build("Ada");
} catch (error) {
  if (!isSandboxError(error)) throw error;
  console.error(`${error.code}: ${error.message}`, error.retryable ? "Try again later." : "");
  process.exitCode = 1;
}
