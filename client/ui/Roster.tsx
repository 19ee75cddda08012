import { t } from "../i18n/i18n.ts";
import type { RoomView, RosterEntry } from "../state/view.ts";
import { LinkInAddressBar } from "./LinkInAddressBar.tsx";
import { Name } from "./Name.tsx";
import { formatDuration } from "./time.ts";

interface RosterProps {
  readonly id: string;
  readonly room: RoomView;
  /** On narrow screens it covers the messages, when open. */
  readonly isOpen: boolean;
}

/** Everybody who holds the room's keys: nobody is present invisibly. */
export function Roster({ id, room, isOpen }: RosterProps) {
  const titleId = `${id}-title`;
  const policy = room.policy.value;
  const people = t("start.capPeople", { count: policy.memberCap });
  return (
    <aside id={id} class={isOpen ? "roster roster-open" : "roster"} aria-labelledby={titleId}>
      <h2 id={titleId}>{t("room.people")}</h2>
      <ul class="roster-list" aria-labelledby={titleId}>
        {room.roster.value.map((entry) => (
          <Person key={entry.session} entry={entry} />
        ))}
      </ul>
      <div class="roster-foot">
        <p class="hint">{t("roster.ttl", { duration: formatDuration(policy.messageTtlMs) })}</p>
        <p class="hint">{t("roster.cap", { people })}</p>
        <LinkInAddressBar />
      </div>
    </aside>
  );
}

function Person({ entry }: { readonly entry: RosterEntry }) {
  return (
    <li class={`person person-${entry.presence}`}>
      <span class="person-name">
        <Name nickname={entry.nickname} />{" "}
        <span class="suffix" title={t("roster.suffix", { suffix: entry.suffix })}>
          {entry.suffix}
        </span>
      </span>
      {entry.isYou && <span class="badge badge-you">{t("roster.you")}</span>}
      {!(entry.isYou && entry.presence === "present") && (
        <span class="badge">{t(`roster.${entry.presence}`)}</span>
      )}
    </li>
  );
}
