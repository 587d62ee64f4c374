import { useSession } from "../auth/session";
import { displayName, useUser } from "../auth/user";
import { useRoute } from "../hooks/useRoute";
import { pathOf } from "../lib/routes";
import { Link } from "../ui/Link";
import { Logo } from "../ui/Logo";

const ITEM =
  "flex min-h-11 items-center gap-2 rounded-lg px-2 text-sm whitespace-nowrap sm:px-3 font-medium text-muted " +
  "transition-colors hover:text-ink aria-[current=page]:text-ink";

/** The navigation at the top of every page. */
export function Header() {
  const { page } = useRoute();
  const { signOut } = useSession();
  const name = displayName(useUser());
  return (
    <header className="border-b border-line bg-paper">
      <a
        href="#content"
        className="sr-only rounded-lg bg-ink text-paper focus:not-sr-only focus:absolute focus:top-1.5 focus:left-2 focus:z-40 focus:px-4 focus:py-2.5"
      >
        Skip to the content
      </a>
      <div className="flex min-h-14 flex-wrap items-center justify-between px-2 sm:px-5">
        <Link
          to={pathOf({ page: "projects" })}
          className="flex min-h-11 items-center gap-1.5 rounded-lg px-2 text-lg font-semibold tracking-tight"
        >
          <Logo className="size-6 text-accent" />
          <span className="max-[22rem]:sr-only">Quaver</span>
        </Link>
        <nav aria-label="Main" className="flex flex-wrap items-center">
          <Link
            to={pathOf({ page: "projects" })}
            aria-current={page === "projects" ? "page" : undefined}
            className={ITEM}
          >
            Projects
          </Link>
          <Link
            to={pathOf({ page: "account" })}
            aria-current={page === "account" ? "page" : undefined}
            className={ITEM}
          >
            Account <span className="hidden max-w-48 truncate font-normal sm:inline">({name})</span>
          </Link>
          <button type="button" onClick={signOut} className={ITEM}>
            Sign out
          </button>
        </nav>
      </div>
    </header>
  );
}
