import type { Project } from "../lib/types";

const SIZES = { normal: "size-10 rounded-xl text-lg", small: "size-7 rounded-lg text-sm" };

type ProjectMarkProps = { project: Pick<Project, "_id" | "name">; size?: keyof typeof SIZES };

/** A project's mark: the first character of its name, in a colour of its own. */
export function ProjectMark({ project: { _id, name }, size = "normal" }: ProjectMarkProps) {
  const [first] = new Intl.Segmenter().segment(name);
  return (
    <span
      aria-hidden="true"
      style={{ "--hue": hueOf(_id) } as React.CSSProperties} // React's type lacks custom properties
      className={`grid shrink-0 place-content-center font-semibold uppercase ${SIZES[size]} bg-[light-dark(oklch(0.92_0.05_var(--hue)),oklch(0.33_0.06_var(--hue)))] text-[light-dark(oklch(0.42_0.1_var(--hue)),oklch(0.88_0.08_var(--hue)))]`}
    >
      {first?.segment}
    </span>
  );
}

/** A hue in degrees that is always the same for an id. */
function hueOf(id: string): number {
  let hash = 0;
  for (const character of id) hash = (hash * 31 + character.charCodeAt(0)) % 360;
  return hash;
}
