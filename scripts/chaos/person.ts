/** One person of a chaos run: the real client without a screen, over a line of its own to the balancer. */
import { WebSocket } from "ws";
import { browserClock } from "../../client/net/browser-clock.ts";
import { webSockets, type OpenSocket } from "../../client/net/socket.ts";
import { createClient } from "../../client/state/client.ts";
import { headlessFiles } from "../../client/state/files/headless.ts";
import { loadEngine } from "../../client/state/engine.ts";
import type { RoomView } from "../../client/state/view.ts";
import type { Policy } from "../../shared/policy.ts";
import type { PersonHistory } from "./history.ts";
import { startProxy, type FaultProxy } from "./proxy.ts";
import { startRecorder, type Recorder } from "./recorder.ts";
import { ORIGIN } from "./relays.ts";

export interface Person {
  readonly name: string;
  readonly recorder: Recorder;
  /** From this person's machine to the balancer. */
  readonly line: FaultProxy;
  /** Null unless in a room. */
  room(): RoomView | null;
  /** In step with a relay, and nothing waits to be sent. */
  isSettled(): boolean;
  make(policy: Policy): void;
  join(link: string): void;
  /** Sends, unless there is no room; false where nothing was asked. */
  say(text: string): boolean;
  /** What the browser says of the network. */
  setOnline(isOnline: boolean): void;
  history(room: string): PersonHistory;
  leave(): void;
  close(): Promise<void>;
}

export interface PersonDeps {
  readonly name: string;
  /** Where the next connection goes; null: nowhere. */
  readonly next: () => number | null;
  readonly failed: (error: unknown) => void;
}

export async function createPerson({ name, next, failed }: PersonDeps): Promise<Person> {
  const line = await startProxy(next);
  const headers = { Host: new URL(ORIGIN).host };
  const options = { origin: ORIGIN, headers, perMessageDeflate: false };
  const open = webSockets(WebSocket, `ws://127.0.0.1:${line.port}/ws`, options);
  let isOnline = true;
  const openSocket: OpenSocket = (events) =>
    open({
      ...events,
      frame(frame) {
        if ("incarnation" in frame) recorder.heardOf(frame.incarnation);
        events.frame(frame);
      },
    });
  const client = createClient({
    clock: browserClock,
    random: Math.random,
    origin: ORIGIN,
    openSocket,
    loadEngine,
    loadFiles: async () => headlessFiles({ fetch, origin: ORIGIN, saved: () => undefined }),
    isOnline: () => isOnline,
    failed,
  });
  const recorder = startRecorder(client);
  const room = (): RoomView | null =>
    client.phase.value.kind === "room" ? client.phase.value.room : null;

  return {
    name,
    recorder,
    line,
    room,
    isSettled() {
      const view = room();
      return view?.connection.value === "live" && view.pendingCount.value === 0;
    },
    make: (policy) => client.make({ nickname: name, policy, passphrase: "" }),
    join(link) {
      client.openLink(link);
      client.enter(name, "");
    },
    say(text) {
      const view = room();
      if (view === null) return false;
      recorder.asked(text);
      return view.send(text);
    },
    setOnline(value) {
      isOnline = value;
      client.networkChanged();
    },
    history: (roomName) => ({
      name,
      room: roomName,
      events: recorder.events,
      isBack: room()?.connection.value === "live",
    }),
    leave: () => room()?.leave(),
    async close() {
      recorder.stop();
      await line.close();
    },
  };
}
