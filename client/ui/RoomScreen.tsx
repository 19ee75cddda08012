import { useSignal, useSignalEffect } from "@preact/signals";
import { t } from "../i18n/i18n.ts";
import type { RoomView } from "../state/view.ts";
import { Brand } from "./Brand.tsx";
import { Composer } from "./Composer.tsx";
import { Icon } from "./Icon.tsx";
import { Invite } from "./Invite.tsx";
import { Leave } from "./Leave.tsx";
import { Roster } from "./Roster.tsx";
import { StatusLine } from "./StatusLine.tsx";
import { Timeline } from "./Timeline.tsx";

const ROSTER_ID = "roster";

/** The room: who is here, how safe it is, what was said, and a place to write. */
export function RoomScreen({ room }: { readonly room: RoomView }) {
  const isRosterOpen = useSignal(false);
  useSignalEffect(() => {
    if (room.pendingCount.value === 0) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  });
  useSignalEffect(() => {
    if (!isRosterOpen.value) return;
    const close = (event: KeyboardEvent) => {
      if (event.key === "Escape") isRosterOpen.value = false;
    };
    addEventListener("keydown", close);
    return () => removeEventListener("keydown", close);
  });
  return (
    <div class="room">
      <header class="room-head">
        <Brand />
        <div class="room-actions">
          <PeopleButton
            room={room}
            isOpen={isRosterOpen.value}
            toggle={() => (isRosterOpen.value = !isRosterOpen.value)}
          />
          <Invite link={room.link} hasPassphrase={room.hasPassphrase} />
          <Leave room={room} />
        </div>
      </header>
      <StatusLine room={room} />
      <div class="room-body">
        <main class="room-main">
          <Timeline room={room} />
          <Composer room={room} />
        </main>
        <Roster id={ROSTER_ID} room={room} isOpen={isRosterOpen.value} />
      </div>
    </div>
  );
}

interface PeopleButtonProps {
  readonly room: RoomView;
  readonly isOpen: boolean;
  readonly toggle: () => void;
}

/** Opens the roster where there is no place for it beside the messages. */
function PeopleButton({ room, isOpen, toggle }: PeopleButtonProps) {
  const count = room.roster.value.length;
  return (
    <button
      type="button"
      class="button people-button"
      aria-expanded={isOpen}
      aria-controls={ROSTER_ID}
      onClick={toggle}
    >
      <Icon name="people" />
      <span aria-hidden="true">{count}</span>
      <span class="visually-hidden">{t("room.peopleCount", { count })}</span>
    </button>
  );
}
