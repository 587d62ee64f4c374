import {
  Menu as BaseMenu,
  MenuButton,
  MenuDivider,
  MenuItem as BaseItem,
  MenuRadioGroup,
} from "@szhsin/react-menu";
import type { ReactNode } from "react";
import { Icon, type IconName } from "./Icon";

type MenuProps = {
  /** Of its button, for screen readers and as its tooltip. */
  label: string;
  /** What the button shows. */
  button: ReactNode;
  buttonClassName?: string;
  children: ReactNode;
};

/** A button that opens a menu: with the arrow keys, by the first letter, and closed by Escape. */
export function Menu({ label, button, buttonClassName = "", children }: MenuProps) {
  return (
    <BaseMenu
      unmountOnClose
      align="end"
      gap={4}
      viewScroll="close"
      menuButton={
        <MenuButton
          aria-label={label}
          title={label}
          className={`inline-flex size-11 shrink-0 items-center justify-center rounded-lg text-muted transition-colors hover:bg-line/60 hover:text-ink ${buttonClassName}`}
        >
          {button}
        </MenuButton>
      }
      menuClassName="z-50 w-max min-w-48 rounded-xl border border-line bg-surface p-1 text-sm text-ink shadow-lift outline-none"
    >
      {children}
    </BaseMenu>
  );
}

const ITEM = "flex min-h-10 cursor-pointer items-center gap-2.5 rounded-lg px-3 outline-none";

const itemClass = (danger: boolean) => (state: { hover?: boolean; disabled?: boolean }) =>
  [
    ITEM,
    danger && "text-danger",
    state.hover && "bg-line/60",
    state.disabled && "cursor-not-allowed opacity-50",
  ]
    .filter(Boolean)
    .join(" ");

type MenuItemProps = {
  icon: IconName;
  danger?: boolean;
  disabled?: boolean;
  onSelect: () => void;
  children: ReactNode;
};

/** An item of a menu. */
export function MenuItem({
  icon,
  danger = false,
  disabled = false,
  onSelect,
  children,
}: MenuItemProps) {
  return (
    <BaseItem disabled={disabled} onClick={onSelect} className={itemClass(danger)}>
      <Icon name={icon} className="size-4" />
      {children}
    </BaseItem>
  );
}

type MenuChoiceProps<T extends string> = {
  value: T;
  choices: Record<T, string>;
  onChange: (value: T) => void;
};

/** Items of a menu of which one is chosen. */
export function MenuChoice<T extends string>({ value, choices, onChange }: MenuChoiceProps<T>) {
  return (
    <MenuRadioGroup
      value={value}
      // The values are the keys below.
      onRadioChange={(event) => onChange(event.value as T)}
    >
      {Object.entries<string>(choices).map(([choice, label]) => (
        <BaseItem key={choice} type="radio" value={choice} className={itemClass(false)}>
          <Icon name="check" className={`size-4 ${choice === value ? "" : "invisible"}`} />
          {label}
        </BaseItem>
      ))}
    </MenuRadioGroup>
  );
}

/** A line between items. */
export function MenuLine() {
  return <MenuDivider className="my-1 h-px bg-line" />;
}
