/** The room's screen is a file of its own, since nobody begins in it: who wants to show a room loads it first. */
import type { RoomScreen } from "./RoomScreen.tsx";

let loaded: typeof RoomScreen | null = null;

/** Resolves when the room can be shown; rejects where its file cannot be fetched. */
export async function loadRoomScreen(): Promise<void> {
  loaded = (await import("./RoomScreen.tsx")).RoomScreen;
}

/** @throws before it was loaded. */
export function roomScreen(): typeof RoomScreen {
  if (loaded === null) throw new Error("the room's screen is not loaded");
  return loaded;
}
