const MAX_TITLE_LENGTH = 60; // characters

/** What is asked for in a few words: the first sentence of a prompt, without "please make me". */
export function titleOf(prompt: string): string {
  const line = prompt.trim().split(/[\n.!?]/)[0] ?? "";
  const asked =
    /^(please )?((can|could) you )?((make|build|create|draw|write|design|show)( me)? |i('d| would)? (want|like) )?/i;
  const words = line.replace(/\s+/g, " ").replace(asked, "").trim();
  const characters = Array.from(words === "" ? "Something new" : words);
  const [first = "", ...rest] = characters.slice(0, MAX_TITLE_LENGTH);
  return first.toUpperCase() + rest.join("") + (characters.length > MAX_TITLE_LENGTH ? "…" : "");
}
