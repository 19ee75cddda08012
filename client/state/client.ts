/** The whole client without a screen: start, enter, be in a room, be done. Headless in Node as in a page. */
import { signal } from "@preact/signals-core";
import type { Bytes } from "../../shared/bytes.ts";
import type { Clock } from "../../shared/clock.ts";
import type { Policy } from "../../shared/policy.ts";
import { parseLink, type Link } from "../crypto/link.ts";
import type { OpenSocket } from "../net/socket.ts";
import type { Engine } from "./engine.ts";
import { cleanNickname } from "./nickname.ts";
import type { FileLoan, Room } from "./room.ts";
import type { ClientView, Phase } from "./view.ts";

export interface ClientDeps {
  readonly clock: Clock;
  /** In [0, 1); for pauses only, never for keys. */
  readonly random: () => number;
  /** As the browser reports it, without a slash at its end. */
  readonly origin: string;
  readonly openSocket: OpenSocket;
  readonly loadEngine: () => Promise<Engine>;
  /** Makes what each room needs for its files. */
  readonly loadFiles: () => Promise<() => FileLoan>;
  readonly isOnline: () => boolean;
  /** A fault of our own, for whoever develops; holds nothing that a person wrote. */
  readonly failed: (error: unknown) => void;
}

export interface Client extends ClientView {
  /** The network came or went, or the tab woke. */
  networkChanged(): void;
}

interface Entry {
  readonly secret: Bytes | null;
  readonly nickname: string;
  readonly passphrase: string;
  readonly policy: Policy | null;
}

export function createClient(deps: ClientDeps): Client {
  const phase = signal<Phase>({ kind: "start", notice: null });
  let link: Link | null = null;
  let room: Room | null = null;
  let isVisible = true;
  /** Counts entries: one that was given up must not change what is shown later. */
  let entries = 0;

  async function enterRoom({ secret, nickname, passphrase, policy }: Entry): Promise<void> {
    const mine = entries;
    const isMine = (): boolean => mine === entries;
    phase.value = { kind: "entering", step: "keys" };
    const [engine, lendFiles] = await Promise.all([deps.loadEngine(), deps.loadFiles()]);
    // Lets the screen show the step before a passphrase keeps the thread busy.
    await new Promise<void>((resolve) => void deps.clock.after(30, resolve));
    if (!isMine()) return;
    const roomSecret = secret ?? engine.createSecret();
    const keys = engine.keysOf(roomSecret, passphrase);
    const hasPassphrase = passphrase !== "";
    phase.value = { kind: "entering", step: "connecting" };
    const entered = engine.createRoom({
      ...deps,
      files: lendFiles(),
      link: engine.linkOf(deps.origin, roomSecret, hasPassphrase),
      hasPassphrase,
      keys,
      nickname,
      policy,
      isVisible: () => isVisible,
      waitingForTurn() {
        if (isMine() && phase.value.kind === "entering") {
          phase.value = { kind: "entering", step: "waiting" };
        }
      },
      entered() {
        if (isMine()) phase.value = { kind: "room", room: entered.view };
      },
      over(why) {
        if (!isMine()) return;
        room = null;
        phase.value = { kind: "over", why };
      },
    });
    room = entered;
  }

  function begin(entry: Entry): void {
    const nickname = cleanNickname(entry.nickname);
    if (nickname === null) return;
    giveUp();
    const mine = entries;
    enterRoom({ ...entry, nickname }).catch((error: unknown) => {
      deps.failed(error);
      if (mine === entries) phase.value = { kind: "start", notice: "crypto-failed" };
    });
  }

  /** Whatever was being entered, or is being left, says nothing here any more. */
  function giveUp(): void {
    entries += 1;
    room?.view.leave();
    room = null;
  }

  return {
    phase,
    make({ nickname, policy, passphrase }) {
      begin({ secret: null, nickname, passphrase, policy });
    },
    openLink(text) {
      if (phase.value.kind === "room") return;
      giveUp();
      link = parseLink(text.trim());
      phase.value =
        link === null
          ? { kind: "start", notice: "damaged-link" }
          : { kind: "invited", hasPassphrase: link.hasPassphrase, notice: null };
    },
    enter(nickname, passphrase) {
      if (link === null) return;
      const given = link.hasPassphrase ? passphrase : "";
      begin({ secret: link.secret, nickname, passphrase: given, policy: null });
    },
    restart() {
      giveUp();
      link = null;
      phase.value = { kind: "start", notice: null };
    },
    setVisible(visible) {
      isVisible = visible;
      if (!visible) return;
      room?.seen();
      room?.nudge();
    },
    networkChanged: () => room?.nudge(),
  };
}
