import { ConvexProvider, ConvexReactClient, useAction, useMutation, useQuery } from "convex/react";
import { useState } from "react";
import { createRoot } from "react-dom/client";
import { api } from "./api";
import { signInToEmulator } from "./emulator";

const convex = new ConvexReactClient("http://127.0.0.1:3210");

function Projects() {
  const projects = useQuery(api.projects.queries.listForCurrentUser) ?? [];
  const create = useAction(api.projects.actions.create);
  const build = () => create({ name: "A poll", prompt: "A poll: tea or coffee?" });
  return (
    <>
      <button onClick={() => void build()}>New project</button>
      {projects.map(({ _id, name, status }) => (
        <section key={_id} aria-label={name}>
          <h2>{`${name}: ${status}`}</h2>
          <Turns projectId={_id} />
        </section>
      ))}
    </>
  );
}

type Project = (typeof api.projects.queries.listForCurrentUser)["_returnType"][number];
type Turn = (typeof api.turns.queries.listByProject)["_returnType"][number];

function Turns({ projectId }: { projectId: Project["_id"] }) {
  const turns = useQuery(api.turns.queries.listByProject, { projectId }) ?? [];
  const messages = useQuery(api.messages.queries.listByProject, { projectId }) ?? [];
  const start = useMutation(api.turns.mutations.start);
  const running = turns.find(({ status }) => status === "running");
  return (
    <>
      {messages.map(({ _id, content }) => (
        <pre key={_id}>{content}</pre>
      ))}
      {running && <Answer key={running._id} turnId={running._id} />}
      <button onClick={() => void start({ projectId, prompt: "Now in orange." })}>In orange</button>
    </>
  );
}

/** What the agent has said so far. Each piece is sent once: `after` says which ones are here already. */
function Answer({ turnId }: { turnId: Turn["_id"] }) {
  const [said, setSaid] = useState({ text: "", after: 0 });
  const output = useQuery(api.turns.queries.output, { turnId, after: said.after });
  if (output && output.next > said.after) {
    const news = output.parts.map(({ text }) => text).join("");
    setSaid({ text: said.text + news, after: output.next });
  }
  return <pre aria-busy>{said.text}</pre>;
}

convex.setAuth(await signInToEmulator("http://127.0.0.1:3212", "grace@example.com"));
await convex.action(api.auth.users.syncCurrentUser, {});
createRoot(document.body.appendChild(document.createElement("main"))).render(
  <ConvexProvider client={convex}>
    <Projects />
  </ConvexProvider>,
);
