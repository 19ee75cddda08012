/** Somebody who says very much: the real client without a screen. */
import { WebSocket } from "ws";
import { browserClock } from "../../../client/net/browser-clock.ts";
import { webSockets } from "../../../client/net/socket.ts";
import { createClient } from "../../../client/state/client.ts";
import { loadEngine } from "../../../client/state/engine.ts";
import { headlessFiles } from "../../../client/state/files/headless.ts";
import type { RoomView } from "../../../client/state/view.ts";
import type { Clock } from "../../../shared/clock.ts";

/** A client keeps itself to eight messages a second; in this one's time that is so many times as many. */
const HURRY = 50;
const SHORT_MS = 1_000;
const hurriedClock: Clock = {
  ...browserClock,
  now: () => browserClock.now() * HURRY,
  // Long waits are for answers of others, who are in no hurry.
  after: (delayMs, fire) =>
    browserClock.after(delayMs < SHORT_MS ? delayMs / HURRY : delayMs, fire),
};

/** Never more than this waits to be sent. */
const WAITING = 200;
const LOOK_MS = 5;

export interface Talker {
  /** Says so many messages of one to four lines; resolves when all stand in the room's order. */
  say(count: number): Promise<void>;
  leave(): void;
}

/** Joins the room of this link. */
export async function startTalker(origin: string, link: string): Promise<Talker> {
  const client = createClient({
    clock: hurriedClock,
    random: Math.random,
    origin,
    openSocket: webSockets(WebSocket, `${origin.replace(/^http/, "ws")}/ws`, {
      origin,
      perMessageDeflate: false,
    }),
    loadEngine,
    loadFiles: async () => headlessFiles({ fetch, origin, saved: () => undefined }),
    isOnline: () => true,
    failed: (error) => {
      throw error;
    },
  });
  client.openLink(link);
  client.enter("Talker", "");
  const room = (): RoomView | null =>
    client.phase.value.kind === "room" ? client.phase.value.room : null;
  await until(() => room()?.encryption.value.kind === "sealed");
  const waiting = () => room()?.pendingCount.value ?? 0;
  return {
    async say(count) {
      for (let at = 1; at <= count; at += 1) {
        if (waiting() >= WAITING) await until(() => waiting() < WAITING / 2);
        room()?.send(textOf(at));
      }
      await until(() => waiting() === 0);
    },
    leave: () => room()?.leave(),
  };
}

/** Heights differ, as they do in talk. */
export function textOf(at: number): string {
  const words = "of a longer talk about nothing much ".repeat((at % 4) * 3);
  return `Message ${at} ${words}`.trim();
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}
