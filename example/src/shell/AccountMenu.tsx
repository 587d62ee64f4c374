import { useLocation } from "wouter";
import { useSession } from "../auth/session";
import { displayName, emailOf, useUser } from "../auth/user";
import { PATHS } from "../lib/routes";
import { deletePending } from "../projects/deletions";
import { text } from "../text";
import { setTheme, useTheme } from "../theme";
import { Menu, MenuChoice, MenuItem, MenuLine } from "../ui/Menu";

/** The menu of the signed-in user: the account, the theme, and signing out. */
export function AccountMenu() {
  const [, navigate] = useLocation();
  const { signOut } = useSession();
  const theme = useTheme();
  const user = useUser();
  const name = displayName(user);
  return (
    <Menu
      label={text.shell.accountMenu}
      button={
        <span
          aria-hidden="true"
          className="grid size-8 place-content-center rounded-full bg-accent-soft text-sm font-semibold text-accent uppercase"
        >
          {initial(name)}
        </span>
      }
    >
      <li className="max-w-64 px-3 py-2">
        <p className="truncate font-medium">{name}</p>
        <p className="truncate text-muted">{emailOf(user)}</p>
      </li>
      <MenuLine />
      <MenuItem icon="person" onSelect={() => navigate(PATHS.account)}>
        {text.shell.account}
      </MenuItem>
      <MenuLine />
      <li aria-hidden="true" className="px-3 py-1.5 text-xs font-medium text-muted">
        {text.shell.theme}
      </li>
      <MenuChoice value={theme} choices={text.shell.themes} onChange={setTheme} />
      <MenuLine />
      <MenuItem
        icon="signOut"
        onSelect={() => {
          deletePending();
          signOut();
        }}
      >
        {text.common.signOut}
      </MenuItem>
    </Menu>
  );
}

/** The first character, whole. */
function initial(name: string): string {
  const [first] = new Intl.Segmenter().segment(name);
  return first?.segment ?? "";
}
