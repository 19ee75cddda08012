import { useSignalEffect } from "@preact/signals";
import { t } from "../i18n/i18n.ts";
import type { ClientView } from "../state/view.ts";
import { EnteringScreen } from "./EnteringScreen.tsx";
import { InvitedScreen } from "./InvitedScreen.tsx";
import { OverScreen } from "./OverScreen.tsx";
import { roomScreen } from "./room-screen.ts";
import { StartScreen } from "./StartScreen.tsx";

/** The screen of the phase that the client is in. */
export function App({ client }: { readonly client: ClientView }) {
  useSignalEffect(() => {
    // A title goes into history, task lists and window managers: a count is all it may tell.
    const phase = client.phase.value;
    const count = phase.kind === "room" ? phase.room.unreadCount.value : 0;
    const app = t("app.name");
    document.title = count > 0 ? t("app.titleUnread", { count, app }) : app;
  });
  const phase = client.phase.value;
  switch (phase.kind) {
    case "start":
      return <StartScreen client={client} notice={phase.notice} />;
    case "invited":
      return <InvitedScreen client={client} hasPassphrase={phase.hasPassphrase} />;
    case "entering":
      return <EnteringScreen client={client} step={phase.step} />;
    case "room": {
      const RoomScreen = roomScreen();
      return <RoomScreen room={phase.room} />;
    }
    case "over":
      return <OverScreen client={client} why={phase.why} />;
  }
}
