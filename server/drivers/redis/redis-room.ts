/**
 * One room served by this relay: proposals go to Redis as one script call each, records come back by the
 * room's channel and are delivered dense and in order, whatever the channel lost (DESIGN §2 "redis").
 */
import type { Bytes } from "../../../shared/bytes.ts";
import type { Clock, Stop } from "../../../shared/clock.ts";
import { INCARNATION_BYTES, incarnationOf } from "../../../shared/ids.ts";
import type { Record } from "../../../shared/protocol.ts";
import type { Appended, Candidate, Judge, LogListener, RoomLog } from "../../ports/log.ts";
import { callAppend, SPARE_MS } from "./append-call.ts";
import { encodeNote, type BusItem } from "./bus.ts";
import { judgeAhead, type Judged } from "./judged.ts";
import type { RoomNames } from "./keys.ts";
import { beginLife, parseLife, type Life } from "./life.ts";
import type { RedisLink } from "./link.ts";
import { LOAD, PURGE } from "./scripts.ts";
import { createMilestones } from "./milestones.ts";
import { createSequence, type Arrived } from "./sequence.ts";
import { lookUp, type Seen } from "./look-up.ts";
import { createTurnLease } from "./turn-lease.ts";
import { storedRecords, type StoredRecords } from "./stored-records.ts";

/** Guards that fail again and again: somebody else is quicker each time. */
const MOST_ROUNDS = 32;

export interface RedisRoomDeps {
  readonly link: RedisLink;
  readonly names: RoomNames;
  readonly relayId: string;
  readonly clock: Clock;
  readonly random: (length: number) => Bytes;
  readonly judge: Judge;
  readonly listener: LogListener;
  readonly closed: () => void;
}

export interface RedisRoom extends RoomLog {
  /** Loads the room as it stands; its channel must be subscribed to already. @throws where Redis is away. */
  load(): Promise<void>;
  /** Something arrived on the room's channel. */
  item(item: BusItem): void;
  /** What a look at Redis said. */
  compare(seen: Seen): void;
  /** Keeps the keys of the room for as long as it is served. */
  renew(): Promise<void>;
  /** Gives up following. */
  lose(): void;
}

type Attempt =
  | Appended
  | { readonly kind: "later" }
  | { readonly kind: "behind"; readonly head: number };

export function createRedisRoom(deps: RedisRoomDeps): RedisRoom {
  const { link, names, clock, judge, listener } = deps;
  /** What came while the room was being loaded. */
  let early: BusItem[] | null = [];
  let life: Life | null = null;
  let isOver = false;
  let hasStrayed = false;
  let stopLifetime: Stop = () => undefined;
  /** For appends that wait until this copy has caught up. */
  const milestones = createMilestones();

  const stored = (of: Life): StoredRecords => storedRecords(link, names, of.incarnation);

  function finish(): boolean {
    if (isOver) return false;
    isOver = true;
    stopLifetime();
    sequence.close();
    milestones.giveUp();
    deps.closed();
    return true;
  }

  function lose(): void {
    if (finish()) listener.lost();
  }

  async function ended(): Promise<void> {
    const gone = life;
    if (!finish()) return;
    life = null;
    listener.ended();
    if (gone !== null) await stored(gone).drop(gone.head());
  }

  function watchLifetime(of: Life): void {
    const { openedAtMs } = of.standing(clock.now());
    const leftMs = openedAtMs + of.policy().lifetimeMs - clock.wall();
    stopLifetime();
    stopLifetime = clock.after(Math.max(leftMs, 0), () => void purge().catch(() => undefined));
  }

  const sequence = createSequence({
    head: () => life?.head() ?? 0,
    async read(from, until) {
      if (life === null) return [];
      const records = await stored(life).read(from, until);
      const needsInfo = records.some(({ kind }) => kind === "commit");
      // Only the newest commit's is kept; for an older one, which nobody needs, it stands in.
      const groupInfo = needsInfo ? await stored(life).groupInfo() : null;
      return records.map((record) => ({ record, groupInfo }));
    },
    take,
    // Expired before this relay saw it: those who are served here must learn of the gap.
    gone: lose,
  });

  function take(arrived: readonly Arrived[]): void {
    const of = life;
    if (of === null) return;
    const told: Record[] = [];
    let outcome: ReturnType<Life["apply"]> = "applied";
    for (const { record, groupInfo } of arrived) {
      outcome = of.apply(record, groupInfo, clock.now());
      if (outcome !== "strange") told.push(record);
      if (outcome !== "applied") break;
    }
    if (told[0]?.kind === "open") watchLifetime(of);
    if (told.length > 0) listener.records(told);
    milestones.reached(of.head());
    if (outcome === "strange") lose();
    else if (outcome === "ended") void ended();
  }

  function came(record: Record, groupInfo: Bytes | null, incarnation: Life["incarnation"]): void {
    if (isOver) return;
    life ??= beginLife(judge, incarnation, record);
    // The room was founded anew while this relay did not look, or its beginning was missed.
    if (life?.incarnation !== incarnation) lose();
    else sequence.add({ record, groupInfo });
  }

  async function append(candidates: readonly Candidate[]): Promise<readonly Appended[]> {
    const results = new Map<Candidate, Appended>();
    let open = candidates;
    for (let round = 0; open.length > 0 && round < MOST_ROUNDS; round++) {
      if (isOver) throw new Error("this room is not served any more");
      const judged = judgeAhead(judge, life?.fields ?? null, open);
      const attempts = await Promise.all(open.map((candidate, i) => attempt(candidate, judged[i])));
      let reached = 0;
      for (const [i, candidate] of open.entries()) {
        const answer = attempts[i];
        if (answer === undefined || answer.kind === "later") continue;
        if (answer.kind === "behind") reached = Math.max(reached, answer.head);
        else results.set(candidate, answer);
        if (answer.kind === "accepted") reached = Math.max(reached, answer.number);
      }
      open = open.filter((candidate) => !results.has(candidate));
      await caughtUp(reached);
    }
    return candidates.map((candidate) => {
      const result = results.get(candidate);
      if (result === undefined) throw new Error("no verdict held");
      return result;
    });
  }

  async function attempt(candidate: Candidate, judged: Judged | undefined): Promise<Attempt> {
    if (judged === undefined || judged.kind === "later") return { kind: "later" };
    if (judged.kind === "refused") return refuse(judged);
    const { proposal, groupInfo } = candidate;
    const next = incarnationOf(deps.random(INCARNATION_BYTES));
    const incarnation = life?.incarnation ?? next;
    const answer = await callAppend(link, names, { candidate, judged, life, next });
    if (answer.kind === "guard") return { kind: "behind", head: answer.head };
    if (answer.kind === "other") return strayed();
    const { number, acceptedAtMs } = answer;
    // The answer comes before the channel's copy: that saves a hop.
    came({ ...proposal, number, acceptedAtMs }, groupInfo, incarnation);
    return { kind: "accepted", number };
  }

  /** A refusal holds only if this copy is the newest: it may lack what another relay has just let in. */
  async function refuse(verdict: Extract<Judged, { kind: "refused" }>): Promise<Attempt> {
    const headHere = life?.head() ?? 0;
    const { incarnation, head } = await lookUp(link, names);
    if (incarnation !== (life?.incarnation ?? null)) return strayed();
    return head > headHere ? { kind: "behind", head } : verdict;
  }

  /** The room ended, began or was lost while this relay looked the other way. */
  async function strayed(): Promise<Attempt> {
    if (life === null) await reload();
    else lose();
    return { kind: "behind", head: 0 };
  }

  /** Resolves once the copy here has reached that number, or the room is over. */
  function caughtUp(number: number): Promise<void> {
    if (isOver || number <= (life?.head() ?? 0)) return Promise.resolve();
    sequence.fillTo(number);
    return milestones.wait(number);
  }

  async function reload(): Promise<void> {
    const runId = link.runIdOf(names.state);
    if (runId === null) throw new Error("Redis is away");
    const loaded = parseLife(judge, await link.script(LOAD, names.state, [runId, names.lives]));
    if (loaded === undefined) throw new Error("a room's keys hold what no relay wrote");
    if (isOver || life !== null || loaded === null) return;
    life = loaded;
    watchLifetime(life);
  }

  async function purge(): Promise<void> {
    const of = life;
    if (of === null) return;
    await link.script(PURGE, names.state, [of.incarnation, names.lives, names.channel]);
    if (life === of) await ended();
  }

  function item(given: BusItem): void {
    if (early !== null) return void early.push(given);
    if (isOver) return;
    if (given.kind === "record") came(given.record, given.groupInfo, given.incarnation);
    else if (given.kind === "note") {
      if (given.from !== deps.relayId) listener.noted(given.note);
    } else if (life?.incarnation === given.incarnation) void ended();
  }

  return {
    async load() {
      await reload();
      const items = early ?? [];
      early = null;
      for (const given of items) item(given);
    },
    item,
    standing: () => (life === null || isOver ? null : life.standing(clock.now())),
    append,
    since: async (number) => (life === null ? [] : stored(life).read(number + 1, life.head())),
    purge,
    note(note) {
      const bytes = Buffer.from(encodeNote(deps.relayId, note));
      link.command("SPUBLISH", names.channel, bytes).catch(() => undefined);
    },
    ...createTurnLease(link, names, deps.relayId),
    compare(seen) {
      if (isOver || early !== null) return;
      const isSame = seen.incarnation === (life?.incarnation ?? null);
      if (isSame) sequence.fillTo(seen.head);
      // Once may be an answer from before a record that has come meanwhile.
      else if (hasStrayed) lose();
      hasStrayed = !isSame;
    },
    async renew() {
      if (life === null) return;
      const { last } = life.standing(clock.now());
      await stored(life).renew(last.record.number, life.policy().graceMs + SPARE_MS);
    },
    lose,
    close: () => void finish(),
  };
}
