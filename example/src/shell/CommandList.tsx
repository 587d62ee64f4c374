import { lazy } from "react";
import { LazyPart } from "../ui/LazyPart";
import { useCommands } from "./commands";

const Commands = lazy(() => import("./Commands"));

/** The list of projects and commands, while it is open. Its code is loaded when it is opened first. */
export function CommandList() {
  const { isOpen, close } = useCommands();
  if (!isOpen) return null;
  return (
    <LazyPart>
      <Commands onClose={close} />
    </LazyPart>
  );
}
