/**
 * For attack stories: a relay that lies. Toward one person it changes frames on their way; toward the
 * whole room it orders what its own rules would refuse, under whatever session it likes.
 */
import { decodeClientFrame, encodeClientFrame } from "../../shared/codec/client-frames.ts";
import { decodeServerFrame, encodeServerFrame } from "../../shared/codec/server-frames.ts";
import type { Bytes } from "../../shared/bytes.ts";
import type { ClientFrame, Proposal, Record, ServerFrame } from "../../shared/protocol.ts";
import type { Judge, Log, RoomLog } from "../ports/log.ts";
import { judge } from "../room/judge.ts";
import type { Person, WorldOptions } from "./world.ts";

/** Frames to this person go through `change` from now on; null: as they are. */
export function changeFrames(
  who: Person,
  change: ((frame: ServerFrame) => readonly ServerFrame[]) | null,
): void {
  who.network.tamperDown =
    change === null ? null : (bytes) => change(serverFrame(bytes)).map(encodeServerFrame);
}

/** Records to this person go through `change` from now on; null: as they are. */
export function changeRecords(
  who: Person,
  change: ((record: Record) => readonly Record[]) | null,
): void {
  changeFrames(
    who,
    change &&
      ((frame) => {
        if (frame.kind !== "records") return [frame];
        const records = frame.records.flatMap(change);
        return records.length === 0 ? [] : [{ kind: "records", records }];
      }),
  );
}

/** With the next frame to this person also these bytes arrive, before it. */
export function alsoSend(who: Person, ...extra: readonly Bytes[]): void {
  const before = who.network.tamperDown;
  who.network.tamperDown = (bytes) => {
    who.network.tamperDown = before;
    return [...extra, ...(before?.(bytes) ?? [bytes])];
  };
}

/** Frames from this person go through `change` from now on; null: as they are. */
export function changeFramesUp(
  who: Person,
  change: ((frame: ClientFrame) => readonly ClientFrame[]) | null,
): void {
  who.network.tamperUp =
    change === null ? null : (bytes) => change(clientFrame(bytes)).map(encodeClientFrame);
}

/** All frames that this person has sent so far. */
export function framesFrom(who: Person): readonly ClientFrame[] {
  return who.network.sent.map(clientFrame);
}

function serverFrame(bytes: Bytes): ServerFrame {
  const frame = decodeServerFrame(bytes);
  if (frame === null) throw new Error("the relay wrote an unreadable frame");
  return frame;
}

function clientFrame(bytes: Bytes): ClientFrame {
  const frame = decodeClientFrame(bytes);
  if (frame === null) throw new Error("a client wrote an unreadable frame");
  return frame;
}

export interface HostileOrder {
  /** For the world that it is to rule. */
  readonly options: Pick<WorldOptions, "judge" | "wrapLog">;
  /** All records of the room that it has ordered, as everybody was told them. */
  readonly records: readonly Record[];
  /**
   * Puts this into the order of the one room that stands. The rules are shown `shown` in its place; null:
   * nothing at all, so it gets a number and changes none of the relay's own fields.
   */
  put(proposal: Proposal, groupInfo: Bytes | null, shown: Proposal | null): Promise<void>;
}

/** A relay of one room that can put anything into the order. */
export function createHostileOrder(): HostileOrder {
  const forged = new Map<Proposal, Proposal | null>();
  const records: Record[] = [];
  let room: RoomLog | null = null;

  const bentJudge: Judge = (state, proposal) => {
    const shown = forged.get(proposal);
    if (shown === null) return { kind: "accepted", guards: [], effects: [], ends: false };
    return judge(state, shown ?? proposal);
  };
  const wrapLog = (log: Log): Log => ({
    ...log,
    async serve(routeId, listener) {
      room = await log.serve(routeId, {
        ...listener,
        records(accepted) {
          records.push(...accepted);
          listener.records(accepted);
        },
      });
      return room;
    },
  });

  return {
    options: { judge: bentJudge, wrapLog },
    records,
    async put(proposal, groupInfo, shown) {
      if (room === null) throw new Error("no room stands");
      forged.set(proposal, shown);
      const [result] = await room.append([{ proposal, groupInfo }]);
      if (result?.kind !== "accepted") throw new Error(`not even so: ${JSON.stringify(result)}`);
    },
  };
}
