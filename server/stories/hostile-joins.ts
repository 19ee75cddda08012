/** For attack stories: joins of which any part is bent, by an insider's session that has its turn. */
import { bentJoin } from "../../client/crypto/hostile.ts";
import type { Bend } from "../../client/crypto/hostile-path.ts";
import { openGroupInfo } from "../../client/state/seals.ts";
import type { SessionId } from "../../shared/ids.ts";
import type { ServerFrame } from "../../shared/protocol.ts";
import { commitOfferOf, sealedInfo } from "./hostile-offers.ts";
import type { Puppet } from "./puppet.ts";
import type { World } from "./world.ts";

export interface HostileJoin extends Bend {
  /** Leaves that the join takes out of the tree. */
  readonly removed?: readonly number[];
  /** What the relay is told of removals. */
  readonly lists?: readonly SessionId[];
}

/** The newest turn that this session was given; waits for one. */
export async function turnOf(
  world: World,
  puppet: Puppet,
): Promise<ServerFrame & { readonly kind: "turn" }> {
  const turn = (): ServerFrame | undefined =>
    puppet.frames.findLast(({ kind }) => kind === "turn" || kind === "turn-over");
  await world.until(`${puppet.who.nickname} has a turn`, () => turn()?.kind === "turn");
  const frame = turn();
  if (frame?.kind !== "turn") throw new Error("no turn");
  return frame;
}

/** Joins, bent. The puppet hogs turns and makes no join of its own. */
export async function joinBent(world: World, puppet: Puppet, join: HostileJoin): Promise<void> {
  const { who } = puppet;
  const turn = await turnOf(world, puppet);
  const groupInfo = openGroupInfo(who.keys, turn.last, turn.groupInfo);
  if (groupInfo === null) throw new Error("an unusable GroupInfo");
  const { lists = [], ...bend } = join;
  const made = await bentJoin(who, { groupInfo, routeId: who.keys.routeId }, bend);
  const parts = {
    commit: Uint8Array.from(made.commit),
    groupInfoSignature: Uint8Array.from(made.groupInfoSignature),
    sealedGroupInfo: sealedInfo(who, Uint8Array.from(made.groupInfo)),
    lists,
  };
  puppet.offer(commitOfferOf(who, { follows: turn.last.number, ref: puppet.nextRef() }, parts));
}
