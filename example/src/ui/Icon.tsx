import {
  ArchiveIcon,
  ArrowDownIcon,
  ArrowLeftIcon,
  ArrowUpIcon,
  CheckIcon,
  ChevronRightIcon,
  CopyIcon,
  Cross2Icon,
  DotFilledIcon,
  DotsHorizontalIcon,
  DownloadIcon,
  EnterFullScreenIcon,
  ExitFullScreenIcon,
  ExitIcon,
  ExternalLinkIcon,
  FileIcon,
  MagnifyingGlassIcon,
  PauseIcon,
  Pencil1Icon,
  PersonIcon,
  PlayIcon,
  PlusIcon,
  ReloadIcon,
  StopIcon,
  TrashIcon,
} from "@radix-ui/react-icons";

const ICONS = {
  archive: ArchiveIcon,
  back: ArrowLeftIcon,
  bin: TrashIcon,
  check: CheckIcon,
  close: Cross2Icon,
  copy: CopyIcon,
  dot: DotFilledIcon,
  down: ArrowDownIcon,
  download: DownloadIcon,
  exitFullScreen: ExitFullScreenIcon,
  file: FileIcon,
  fold: ChevronRightIcon,
  fullScreen: EnterFullScreenIcon,
  more: DotsHorizontalIcon,
  open: ExternalLinkIcon,
  pause: PauseIcon,
  pencil: Pencil1Icon,
  person: PersonIcon,
  plus: PlusIcon,
  reload: ReloadIcon,
  search: MagnifyingGlassIcon,
  send: ArrowUpIcon,
  signOut: ExitIcon,
  square: StopIcon,
  start: PlayIcon,
} as const;

/** The name of an icon. */
export type IconName = keyof typeof ICONS;

type IconProps = { name: IconName; className?: string };

/** An icon, hidden from screen readers: its button has a label. */
export function Icon({ name, className = "size-4.5" }: IconProps) {
  const Component = ICONS[name];
  return <Component aria-hidden="true" className={`shrink-0 ${className}`} />;
}
