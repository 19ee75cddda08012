/**
 * What the group's work costs at 2, 10, 50 and 100 members: medians over several runs, in ms. Prints a
 * table and asserts nothing.
 */
import { performance } from "node:perf_hooks";
import { utf8 } from "../../shared/bytes.ts";
import { apply, commit, join } from "../../client/crypto/group.ts";
import {
  foundedBy,
  joins,
  newcomer,
  recordOf,
  type Person,
  type Room,
} from "../../client/crypto/group-world.ts";
import { openPost, sealPost } from "../../client/crypto/posts.ts";
import { openSignal, sealSignal } from "../../client/crypto/signals.ts";
import { MAX_MEMBER_CAP } from "../../shared/limits.ts";
import { ready } from "../../client/crypto/sodium.ts";

const SIZES = [2, 10, 50, 100];
const RUNS = 15;
const TEXT = utf8("x".repeat(256));

type Row = Record<string, number>;

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Median time of `work`, in ms, rounded to hundredths. */
async function timed(work: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return Math.round(median(times) * 100) / 100;
}

/** A room of `size` of whom only the founder and the newest keep up, which is all that is measured. */
async function roomOfSize(size: number): Promise<Room> {
  const room = await foundedBy("member 0");
  for (let at = 1; at < size; at++) {
    await joins(room, `member ${at}`);
    room.people.splice(1, room.people.length - 2);
  }
  return room;
}

async function measure(size: number): Promise<Row> {
  const room = await roomOfSize(size);
  const [alice, bob] = room.people as [Person, Person];
  const { groupInfo } = room;
  // A room of 100 takes nobody, so there the hundredth is who joins.
  const smaller = size === MAX_MEMBER_CAP ? await roomOfSize(size - 1) : room;
  const who = newcomer("newcomer");
  const joining = () => join({ ...who, routeId: smaller.routeId, groupInfo: smaller.groupInfo });
  const pending = await joining();
  const [member] = smaller.people;
  if (pending === null || member === undefined) throw new Error("cannot join");
  const joined = recordOf(who.identity.session, [], pending);
  const refresh = recordOf(bob.identity.session, [], await commit(bob.group, []));
  const post = await sealPost(bob.group, TEXT);
  const signal = sealSignal(bob.group, 1, utf8("typing"));
  const { session } = bob.identity;
  return {
    members: size,
    "GroupInfo, bytes": groupInfo.length,
    "commit, bytes": pending.commit.length,
    join: await timed(joining),
    "process a join": await timed(() => apply(member.group, joined)),
    commit: await timed(() => commit(bob.group, [])),
    "process a commit": await timed(() => apply(alice.group, refresh)),
    seal: await timed(() => sealPost(bob.group, TEXT)),
    open: await timed(() => openPost(alice.group, session, post.sealed)),
    "seal a signal": await timed(() => sealSignal(bob.group, 1, TEXT)),
    "open a signal": await timed(() => openSignal(alice.group, session, signal)),
  };
}

await ready();
const rows: Row[] = [];
for (const size of SIZES) rows.push(await measure(size));
const names = Object.keys(rows[0] ?? {});
for (const name of names) {
  const cells = rows.map((row) => String(row[name]).padStart(10));
  process.stdout.write(`${name.padEnd(20)}${cells.join("")}\n`);
}
