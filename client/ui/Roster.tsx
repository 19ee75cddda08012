import { useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../i18n/i18n.ts";
import type { RoomView, RosterEntry } from "../state/view.ts";
import { Figure } from "./Figure.tsx";
import { Icon } from "./Icon.tsx";
import { LinkInAddressBar } from "./LinkInAddressBar.tsx";
import { Name } from "./Name.tsx";
import { useSwipe } from "./swipe.ts";
import { formatDuration } from "./time.ts";

interface RosterProps {
  readonly id: string;
  readonly room: RoomView;
  /** On narrow screens it is a sheet over the messages, when open. */
  readonly isOpen: boolean;
  readonly close: () => void;
}

/** Everybody who holds the room's keys: nobody is present invisibly. */
export function Roster({ id, room, isOpen, close }: RosterProps) {
  const titleId = `${id}-title`;
  const policy = room.policy.value;
  const sheet = useRef<HTMLElement>(null);
  const handle = useRef<HTMLDivElement>(null);
  const closeButton = useRef<HTMLButtonElement>(null);
  useSwipe(sheet, handle, close);
  // At once: a key pressed right after must find the focus where it belongs.
  useLayoutEffect(() => {
    if (isOpen) closeButton.current?.focus();
  }, [isOpen]);
  return (
    <aside
      id={id}
      ref={sheet}
      class={isOpen ? "roster roster-open" : "roster"}
      aria-labelledby={titleId}
      onFocusOut={({ relatedTarget }) => {
        // Whoever goes on to something else, with Tab or a finger, is done with the sheet that covers it.
        if (!isOpen || !(relatedTarget instanceof Element)) return;
        const isWithin = sheet.current?.contains(relatedTarget) ?? false;
        // Its own button closes it by itself.
        if (!isWithin && relatedTarget.getAttribute("aria-controls") !== id) close();
      }}
    >
      <div class="roster-head" ref={handle}>
        <h2 id={titleId}>{t("room.people")}</h2>
        <button
          type="button"
          class="button button-quiet roster-close"
          ref={closeButton}
          aria-label={t("room.close")}
          onClick={close}
        >
          <Icon name="close" />
        </button>
      </div>
      {/* A long list scrolls, so it must be reachable by keyboard. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <ul class="roster-list" aria-labelledby={titleId} tabIndex={0}>
        {room.roster.value.map((entry) => (
          <Person key={entry.session} entry={entry} />
        ))}
      </ul>
      <div class="roster-foot">
        <p class="hint">{t("roster.ttl", { duration: formatDuration(policy.messageTtlMs) })}</p>
        <p class="hint">
          {t("roster.cap", { people: t("start.capPeople", { count: policy.memberCap }) })}
        </p>
        <LinkInAddressBar />
      </div>
    </aside>
  );
}

function Person({ entry }: { readonly entry: RosterEntry }) {
  return (
    <li class={`person person-${entry.presence}`}>
      <Figure session={entry.session} />
      <span class="person-name">
        <Name nickname={entry.nickname} />{" "}
        <span class="suffix" dir="ltr" title={t("roster.suffix", { suffix: entry.suffix })}>
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
