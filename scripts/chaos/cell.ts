/** One fault, once: people write, it happens, everything heals, and then all that they saw is judged. */
import { setTimeout as pause } from "node:timers/promises";
import type { Fault } from "./faults.ts";
import { check, type Verdict } from "./history.ts";
import { keysOf, startKeyWatch, type KeyFindings } from "./key-watch.ts";
import { startLoad } from "./load.ts";
import type { Person } from "./person.ts";
import { setStage, type Sizes, type Stage } from "./stage.ts";
import { until } from "./until.ts";

export interface Outcome {
  readonly verdict: Verdict;
  /** From when a relay could be reached, or was found lost, to being in step again; one for each outage. */
  readonly resumeMs: readonly number[];
  /** From writing to being shown as sent. */
  readonly ackMs: readonly number[];
  readonly written: number;
  readonly writtenPerSecond: number;
  /** Of all regions. */
  readonly keys: KeyFindings;
  /** The canary stood in what a broker keeps. */
  readonly isReadInKafka: boolean;
  /** Keys left 5 s after the last one left. */
  readonly keysLeft: readonly string[];
  readonly note: string;
  readonly complaints: readonly string[];
  readonly clientFaults: readonly string[];
}

export interface Timing {
  /** People write so long before the fault, and after it. */
  readonly calmMs: number;
  readonly healMs: number;
}

const QUIET_MS = 2_500;
const PURGE_MS = 5_000;
/** Keys that say how far a region has applied the order, and who does: they belong to no room. */
const OF_THE_ORDER = /:(place|place:install|owner|owner:rival)$/;
const SEARCH_EVERY_MS = 2_000;

export async function runCell(fault: Fault, sizes: Sizes, timing: Timing): Promise<Outcome> {
  const stage = await setStage(sizes, fault);
  try {
    return await judge(stage, fault, { sizes, timing });
  } finally {
    await stage.stop();
  }
}

async function judge(
  stage: Stage,
  fault: Fault,
  { sizes, timing }: { readonly sizes: Sizes; readonly timing: Timing },
): Promise<Outcome> {
  const people = stage.rooms.flatMap(({ members }) => members);
  const quiet = fault.hasQuietRoom === true ? (stage.rooms[0]?.members ?? []) : [];
  const writers = people.filter((person) => !quiet.includes(person));
  const watches = stage.regions.map(({ redis }) =>
    startKeyWatch(() => redis.client(), stage.canary),
  );
  const broker = watchBroker(stage);
  const load = startLoad(writers, sizes.messagesPerSecond, () => stage.text());
  await pause(timing.calmMs);
  const { reachableMs, note } = await fault.happen(stage);
  await pause(timing.calmMs);
  load.stop();
  await heal(people, timing.healMs);
  const verdict = check(
    stage.rooms.flatMap(({ name, members }) => members.map((member) => member.history(name))),
  );
  const resumeMs = people.flatMap((person) =>
    person.recorder.outages.map(({ lostMs, backMs }) => {
      const couldMs = reachableMs?.get(person) ?? 0;
      return Math.max(0, (backMs ?? Number.POSITIVE_INFINITY) - Math.max(lostMs, couldMs));
    }),
  );
  await Promise.all(watches.map((watch) => watch.stop()));
  broker.stop();
  for (const person of people) person.leave();
  return {
    verdict,
    resumeMs,
    ackMs: people.flatMap(({ recorder }) => recorder.ackMs),
    written: load.written(),
    writtenPerSecond: load.rate(),
    keys: together(watches.map((watch) => watch.findings())),
    isReadInKafka: broker.isRead(),
    keysLeft: await keysLeft(stage),
    note: note ?? "",
    complaints: stage.relays.flatMap((relay) => relay.complaints()),
    clientFaults: stage.faults.map(String),
  };
}

/** Until everybody is in step, nothing waits and no screen has changed for a while; not for ever. */
async function heal(people: readonly Person[], withinMs: number): Promise<void> {
  const isHealed = (): boolean =>
    people.every(
      (person) =>
        person.isSettled() && performance.now() - person.recorder.changedAtMs() > QUIET_MS,
    );
  await until("everything healed", isHealed, withinMs).catch(() => undefined);
}

async function keysLeft(stage: Stage): Promise<readonly string[]> {
  const left = async (): Promise<readonly string[]> => {
    const all = await Promise.all(stage.regions.map(({ redis }) => keysOf(redis.client())));
    return all.flat().filter((key) => !OF_THE_ORDER.test(key));
  };
  const isEmpty = async (): Promise<boolean> => (await left()).length === 0;
  await until("no key is left", isEmpty, PURGE_MS).catch(() => undefined);
  return left();
}

/** Searches what brokers keep, again and again, for what only members may read. */
function watchBroker({ kafka, canary }: Stage) {
  let isRead = false;
  const search = (): void => void (isRead ||= kafka?.keeps(Buffer.from(canary)) ?? false);
  const timer = setInterval(search, SEARCH_EVERY_MS);
  return {
    isRead: () => isRead,
    stop() {
      clearInterval(timer);
      search();
    },
  };
}

function together(all: readonly KeyFindings[]): KeyFindings {
  return {
    keys: all.reduce((sum, { keys }) => sum + keys, 0),
    looks: Math.min(...all.map(({ looks }) => looks)),
    withoutTtl: all.flatMap(({ withoutTtl }) => withoutTtl),
    readable: all.flatMap(({ readable }) => readable),
  };
}
