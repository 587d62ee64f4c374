import { text } from "../../text";
import { IconButton } from "../../ui/Button";
import { CopyButton } from "../../ui/CopyButton";
import { Folded } from "../../ui/Folded";

/** A prompt, as a bubble. */
export function Prompt({ children, faint = false }: { children: string; faint?: boolean }) {
  return (
    <div
      className={`ml-auto w-fit max-w-[88%] animate-arrive rounded-2xl rounded-br-md bg-accent-soft px-4 py-3 wrap-anywhere whitespace-pre-wrap ${faint ? "opacity-70" : ""}`}
    >
      <span className="sr-only">{text.conversation.you} </span>
      <Folded content={children}>{(shown) => shown}</Folded>
    </div>
  );
}

type SentPromptProps = { content: string; onEdit: () => void };

/** A prompt that was sent, with buttons to copy it and to write another from it. */
export function SentPrompt({ content, onEdit }: SentPromptProps) {
  return (
    <div className="group">
      <Prompt>{content}</Prompt>
      <div className="-mb-8 flex h-8 justify-end opacity-0 transition-opacity group-focus-within:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100">
        <CopyButton content={content} label={text.conversation.copyPrompt} />
        <IconButton
          icon="pencil"
          size="small"
          label={text.conversation.editPrompt}
          onClick={onEdit}
        />
      </div>
    </div>
  );
}
