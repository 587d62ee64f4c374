/** The repository's documents, and what is in them, as GitHub's Markdown has it. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import GithubSlugger from "github-slugger";
import { Marked, type MarkedToken, type Token } from "marked";
import { ROOT } from "../../../scripts/lib/convex-cli.ts";

/** Something in code type, and the heading it stands under. */
export interface Span {
  text: string;
  heading: string;
}

/** A document, taken apart. */
export interface Document {
  /** From the root, with `/`. */
  path: string;
  /** The whole text. */
  text: string;
  /** The text without blocks of code. */
  prose: string;
  /** What stands in code type between other words. */
  spans: Span[];
  blocks: { language: string; text: string }[];
  /** What links and images point to; external addresses too. */
  targets: string[];
  /** What its headings are linked by. */
  anchors: Set<string>;
}

/** Every document that a reader of the repository is meant to read: found, not listed, so that none is forgotten. */
export function documents(): Document[] {
  const parts = ["packages", "docs"].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".md") && !name.includes("node_modules"))
      .map((name) => `${folder}/${name.replaceAll("\\", "/")}`),
  );
  const named = ["README.md", "example/README.md", "CONTRIBUTING.md"];
  const paths = [...named.filter((path) => existsSync(join(ROOT, path))), ...parts];
  return paths.map((path) => parseDocument(path, readFileSync(join(ROOT, path), "utf8")));
}

/** Takes a document apart. */
export function parseDocument(path: string, text: string): Document {
  const marked = new Marked();
  const slugger = new GithubSlugger();
  const spans: Span[] = [];
  const blocks: Document["blocks"] = [];
  const targets: string[] = [];
  const anchors = new Set<string>();
  let heading = "";
  let prose = text;
  const visit = (token: MarkedToken) => {
    if (token.type === "heading") {
      heading = plainText(token);
      anchors.add(slugger.slug(heading));
    } else if (token.type === "codespan") {
      spans.push({ text: token.text, heading });
    } else if (token.type === "code") {
      blocks.push({ language: token.lang ?? "", text: token.text });
      prose = prose.replace(token.raw, "");
    } else if (token.type === "link" || token.type === "image") {
      targets.push(token.href);
    } else if (token.type === "html") {
      targets.push(...htmlTargets(token.raw));
    }
  };
  // Without extensions there are no other tokens than the library's own.
  void marked.walkTokens(marked.lexer(text), (token) => visit(token as MarkedToken));
  return { path, text, prose, spans, blocks, targets, anchors };
}

function plainText(token: Token): string {
  const { tokens, text } = token as { tokens?: Token[]; text?: string };
  return tokens?.map(plainText).join("") ?? text ?? "";
}

/** What `<img src>`, `<a href>` and `<source srcset>` point to. */
function htmlTargets(html: string): string[] {
  const attributes = [...html.matchAll(/\b(?:src|href|srcset)="([^"]+)"/g)];
  return attributes.map(([, value = ""]) => value.split(/[\s,]/)[0] ?? "");
}
