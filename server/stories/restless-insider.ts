/** An insider who never rests, as the model has him: drawn habits, played until he is stopped. */
import { parseHex } from "../../shared/bytes.ts";
import type { Stop } from "../../shared/clock.ts";
import type { ClientFrame } from "../../shared/protocol.ts";
import type { HostileCommit } from "./hostile-offers.ts";
import {
  confirmInPhantom,
  confirmJoiners,
  hostileRefound,
  phantomOf,
  type Insider,
} from "./insider.ts";
import type { Puppet } from "./puppet.ts";
import type { RandomSource } from "./random-source.ts";
import type { World } from "./world.ts";

const JAMS = [
  "none",
  "garbage",
  "unsealed",
  "valid",
  "bad-group-info",
  "lying",
  "phantom",
] as const;
const REFOUNDS = ["none", "honest", "noise", "phantom", "unlisted"] as const;

export interface Habits {
  readonly jam: (typeof JAMS)[number] | "mix";
  readonly refound: (typeof REFOUNDS)[number];
  /** Confirms joiners, into his phantoms too. */
  readonly confirms: boolean;
  readonly stealsIds: boolean;
  readonly hogs: number;
  /** Leaves and joins again now and then. */
  readonly churns: boolean;
}

export function drawHabits(random: RandomSource): Habits {
  return {
    jam: random.pick([...JAMS, "mix"]),
    refound: random.pick(REFOUNDS),
    confirms: random.chance(0.4),
    stealsIds: random.chance(0.4),
    hogs: random.pick([0, 0, 2]),
    churns: random.chance(0.3),
  };
}

/** Where he looks for something to do so often; his commits come at most once a second. */
const LOOK_MS = 250;
const COMMIT_MS = 1_000;

/** Plays until stopped; then everything of his leaves. */
export function startRestless(
  world: World,
  insider: Insider,
  habits: Habits,
  random: RandomSource,
): Stop {
  let puppet = join();
  const hogs = Array.from({ length: habits.hogs }, (_, i) =>
    insider.puppet(`hog ${i}`, { kind: "hog" }),
  );
  let isStopped = false;
  let isBusy = false;
  let committedAtMs = 0;
  let stolen = 0;

  function join(): Puppet {
    const joined = insider.puppet("mallory", { kind: "join" });
    if (habits.confirms) confirmJoiners(joined);
    if (habits.refound !== "none") joined.onNoRoom = () => refound(joined);
    return joined;
  }

  async function refound(by: Puppet): Promise<ClientFrame | null> {
    if (by.seat() === null) return null;
    const alone = { sessions: [by.who.identity.session], reached: 1e9 };
    switch (habits.refound) {
      case "none":
        return null;
      case "honest":
        return hostileRefound(by, {});
      case "noise":
        return hostileRefound(by, alone, new Uint8Array(500));
      case "phantom":
        return hostileRefound(
          by,
          { ...alone, epochName: new Uint8Array(16) },
          (await phantomOf(by)).groupInfo,
        );
      case "unlisted":
        return hostileRefound(by, alone);
    }
  }

  async function commitOf(kind: (typeof JAMS)[number]): Promise<HostileCommit | null> {
    const others = puppet.group().members.filter(({ session }) => session !== puppet.group().me);
    switch (kind) {
      case "none":
        return null;
      case "lying":
        if (others.length === 0) return null;
        return { kind, removes: [random.pick(others).session], lists: [] };
      case "phantom": {
        const phantom = await phantomOf(puppet);
        if (habits.confirms) confirmInPhantom(puppet, phantom);
        return { kind, ...phantom };
      }
      default:
        return { kind };
    }
  }

  async function act(): Promise<void> {
    for (const hog of hogs) if (!hog.isConnected()) hog.connect();
    if (!puppet.isConnected()) {
      // A session that has lost its seat, or never got one, begins anew.
      const isOver = (puppet.closes.at(-1) ?? 0) >= 4_000 || puppet.seat() === null;
      if (isOver) puppet = join();
      else puppet.connect();
      return;
    }
    if (!puppet.isWelcome()) return;
    if (habits.churns && random.chance(0.02)) return puppet.leave();
    const last = puppet.heard.at(-1);
    const messageId = parseHex(last?.id.split("/")[1] ?? "");
    if (
      habits.stealsIds &&
      last !== undefined &&
      messageId !== null &&
      stolen < puppet.heard.length
    ) {
      stolen = puppet.heard.length;
      await puppet.post({ text: `stolen ${stolen}`, messageId });
    }
    if (world.clock.now() - committedAtMs < COMMIT_MS) return;
    committedAtMs = world.clock.now();
    const what = await commitOf(habits.jam === "mix" ? random.pick(JAMS) : habits.jam);
    if (what !== null) await puppet.commit(what);
  }

  function look(): void {
    if (isStopped) return;
    world.clock.after(LOOK_MS, look);
    if (isBusy) return;
    isBusy = true;
    act()
      .catch((error: unknown) => world.faults.push(error))
      .finally(() => {
        isBusy = false;
      });
  }
  look();

  return () => {
    isStopped = true;
    puppet.onNoRoom = null;
    if (puppet.isWelcome()) puppet.leave();
    for (const hog of hogs) hog.drop();
  };
}
