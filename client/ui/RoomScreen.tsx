import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { RefObject } from "preact";
import { formatNumber, t } from "../i18n/i18n.ts";
import type { RoomView } from "../state/view.ts";
import { Brand } from "./Brand.tsx";
import { Composer, filesOf } from "./Composer.tsx";
import { Divider } from "./Divider.tsx";
import { Icon } from "./Icon.tsx";
import { Invite } from "./Invite.tsx";
import { Leave } from "./Leave.tsx";
import { Roster } from "./Roster.tsx";
import { Shortcuts } from "./Shortcuts.tsx";
import { StatusLine } from "./StatusLine.tsx";
import { Timeline } from "./Timeline.tsx";

const ROSTER_ID = "roster";

/** The room: who is here, how safe it is, what was said, and a place to write. */
export function RoomScreen({ room }: { readonly room: RoomView }) {
  const isRosterOpen = useSignal(false);
  const files = useSignal<readonly File[]>([]);
  const isDraggedOver = useSignal(false);
  const drop = {
    onDragOver: (event: DragEvent) => {
      if (event.dataTransfer?.types.includes("Files") !== true) return;
      event.preventDefault();
      isDraggedOver.value = true;
    },
    onDragLeave: () => (isDraggedOver.value = false),
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      isDraggedOver.value = false;
      files.value = filesOf(event.dataTransfer);
    },
  };
  const peopleButton = useRef<HTMLButtonElement>(null);
  /** `isDone`: nothing else took the focus, so it goes back to where it came from. */
  const closeRoster = (isDone: boolean) => {
    isRosterOpen.value = false;
    if (isDone) peopleButton.current?.focus();
  };
  useSignalEffect(() => {
    if (room.pendingCount.value === 0) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  });
  useEffect(() => {
    // Heard all along: one added when the sheet opens would come a frame too late for a quick hand.
    const close = (event: KeyboardEvent) => {
      if (event.key === "Escape" && isRosterOpen.peek()) closeRoster(true);
    };
    addEventListener("keydown", close);
    return () => removeEventListener("keydown", close);
  }, []);
  return (
    <div class="room">
      <header class="room-head">
        <Brand />
        <div class="room-actions">
          <PeopleButton
            room={room}
            button={peopleButton}
            isOpen={isRosterOpen.value}
            toggle={() => (isRosterOpen.value = !isRosterOpen.value)}
          />
          <Invite room={room} />
          <Leave room={room} />
          <Shortcuts />
        </div>
      </header>
      <StatusLine room={room} />
      <div class="room-body">
        <main class={isDraggedOver.value ? "room-main room-drop" : "room-main"} {...drop}>
          <Timeline room={room} />
          <Composer room={room} files={files} />
          <Divider />
        </main>
        {isRosterOpen.value && (
          <button
            type="button"
            class="backdrop"
            tabIndex={-1}
            aria-label={t("room.close")}
            onClick={() => closeRoster(true)}
          />
        )}
        <Roster
          id={ROSTER_ID}
          room={room}
          isOpen={isRosterOpen.value}
          close={() => closeRoster(sheetHasFocus())}
        />
      </div>
    </div>
  );
}

/** False once the focus has gone on to something else by itself. */
function sheetHasFocus(): boolean {
  return document.getElementById(ROSTER_ID)?.contains(document.activeElement) ?? false;
}

interface PeopleButtonProps {
  readonly room: RoomView;
  readonly button: RefObject<HTMLButtonElement | null>;
  readonly isOpen: boolean;
  readonly toggle: () => void;
}

/** Opens the roster where there is no place for it beside the messages. */
function PeopleButton({ room, button, isOpen, toggle }: PeopleButtonProps) {
  const count = room.roster.value.length;
  return (
    <button
      type="button"
      ref={button}
      class="button people-button"
      aria-expanded={isOpen}
      aria-controls={ROSTER_ID}
      onClick={toggle}
    >
      <Icon name="people" />
      <span aria-hidden="true">{formatNumber(count)}</span>
      <span class="visually-hidden">{t("room.peopleCount", { count })}</span>
    </button>
  );
}
