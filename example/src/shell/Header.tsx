import type { ReactNode } from "react";
import { Link } from "wouter";
import { PATHS } from "../lib/routes";
import { text } from "../text";
import { IconButton } from "../ui/Button";
import { Logo } from "../ui/Logo";
import { AccountMenu } from "./AccountMenu";
import { openCommands } from "./commands";

type HeaderProps = {
  /** Where one is: what stands after the logo. */
  children?: ReactNode;
  /** What can be done there. */
  actions?: ReactNode;
};

/** The top of every page: where one is, what can be done there, and the account. */
export function Header({ children, actions }: HeaderProps) {
  return (
    <header className="relative flex min-h-14 items-center gap-1 border-b border-line bg-paper px-2 sm:px-4">
      <a
        href="#content"
        className="sr-only rounded-lg bg-ink text-paper focus:not-sr-only focus:absolute focus:top-1.5 focus:left-2 focus:z-40 focus:px-4 focus:py-2.5"
      >
        {text.shell.skipToContent}
      </a>
      <Link
        href={PATHS.projects}
        aria-label={text.shell.home}
        className="flex min-h-11 shrink-0 items-center gap-1.5 rounded-lg px-2 text-lg font-semibold tracking-tight"
      >
        <Logo className="size-6 text-accent" />
        <span className={children === undefined ? "" : "max-md:sr-only"}>
          {text.common.product}
        </span>
      </Link>
      <div className="flex min-w-0 flex-1 items-center gap-2">
        {children !== undefined && (
          <span aria-hidden="true" className="text-edge max-md:hidden">
            /
          </span>
        )}
        {children}
      </div>
      {actions}
      <IconButton
        icon="search"
        label={text.commands.open}
        className="max-sm:hidden"
        onClick={openCommands}
      />
      <AccountMenu />
    </header>
  );
}
