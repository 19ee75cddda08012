/** Lucide's icons (ISC licence), only those named here; each is data that the bundler takes along. */
import {
  ArrowDown,
  Check,
  Clock,
  Copy,
  Download,
  Eye,
  EyeOff,
  File,
  Film,
  Hourglass,
  Image,
  Link2Off,
  Lock,
  Music,
  Paperclip,
  Play,
  RefreshCw,
  Share2,
  TriangleAlert,
  UserPlus,
  Users,
  X,
  type IconNode,
} from "lucide";
import { h } from "preact";

const ICONS = {
  lock: Lock,
  warning: TriangleAlert,
  people: Users,
  copy: Copy,
  down: ArrowDown,
  wait: Clock,
  check: Check,
  another: RefreshCw,
  close: X,
  invite: UserPlus,
  share: Share2,
  seen: Eye,
  unseen: EyeOff,
  time: Hourglass,
  broken: Link2Off,
  attach: Paperclip,
  picture: Image,
  film: Film,
  sound: Music,
  file: File,
  save: Download,
  play: Play,
} as const satisfies Readonly<Record<string, IconNode>>;

export type IconName = keyof typeof ICONS;

/** A small picture beside a text that says the same: never alone, so hidden from screen readers. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {ICONS[name].map(([tag, attributes], index) => h(tag, { ...attributes, key: index }))}
    </svg>
  );
}
