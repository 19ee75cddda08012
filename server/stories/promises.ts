/** What must hold at the end of a story, whatever was done to the room: the model's properties. */
import { expect } from "vitest";
import type { MessageItem } from "../../client/state/view.ts";
import type { Person, World } from "./world.ts";

/** Before a story is found to hang; faults of members and relay heal far sooner. */
const PATIENCE_MS = 60_000;

/** Clocks and pauses are the same in every run of a schedule; only keys differ. */
export const SCHEDULE = { latencyMs: () => 50, random: () => 0.5 } as const;

/** Goes without a word and never comes back: the relay sees the socket end. */
export function die(who: Person): void {
  who.network.cut();
  who.network.breakAll();
}

/** Loses the network now; both ends notice at once. */
export const goOffline = die;

/** Has the network again and tries at once. */
export function goOnline(who: Person): void {
  who.network.mend();
  who.client.networkChanged();
}

/** Somebody opens the link and enters; nothing is awaited. */
export function enters(world: World, name: string, link: string): Person {
  const who = world.person(name);
  who.client.openLink(link);
  who.client.enter(name, "");
  return who;
}

export const isIn = (who: Person): boolean => who.client.phase.value.kind === "room";
export const isSealed = (who: Person): boolean =>
  isIn(who) && who.room().encryption.value.kind === "sealed";

/** Waits until all of them are in and confirmed. */
export async function confirmed(
  world: Pick<World, "until">,
  people: readonly Person[],
): Promise<void> {
  await world.until("everyone is in and confirmed", () => people.every(isSealed), PATIENCE_MS);
}

/**
 * [S1] All hold one epoch with exactly these members, by nickname in leaf order, and [S2] nothing that
 * was accepted stayed closed to anyone; nobody is shown a split.
 */
export async function expectOneRoom(
  world: Pick<World, "until" | "faults">,
  people: readonly Person[],
  names: readonly string[],
): Promise<void> {
  const codes = (): string[] => people.map((who) => who.room().safetyCode.value);
  const rosters = (): string[] => people.map((who) => who.people().join());
  await world.until(
    `one room of ${names.join(", ")}`,
    () => new Set(codes()).size === 1 && rosters().every((roster) => roster === names.join()),
    PATIENCE_MS,
  );
  for (const who of people) {
    expect(who.notices()).not.toContain("split");
    expect(who.notices()).not.toContain("unopened");
    expect(who.room().encryption.value.kind).not.toBe("split");
  }
  expect(world.faults).toEqual([]);
}

/**
 * [S4][S5][L1] Each says something; all read all of it once, and whoever said it is shown that it was sent.
 */
export async function expectTalk(world: World, people: readonly Person[], about: string) {
  const lines: string[] = [];
  for (const who of people) {
    for (const part of ["first", "then"]) {
      who.room().send(`${part} ${about}`);
      lines.push(`${who.name}: ${part} ${about}`);
    }
  }
  await world.until(
    `all read about ${about}`,
    () => people.every((who) => lines.every((line) => who.read().includes(line))),
    PATIENCE_MS,
  );
  await world.run(8_000);
  for (const who of people) {
    expectOnceInOrder(who, lines);
    for (const part of ["first", "then"]) {
      expect(who.mine(`${part} ${about}`)?.delivery).toBe("sent");
    }
  }
}

/** [S4] Each of these lines was read exactly once, those of one sender in the order given. */
export function expectOnceInOrder(reader: Person, lines: readonly string[]): void {
  const senderOf = (line: string): string => line.slice(0, line.indexOf(":"));
  for (const sender of new Set(lines.map(senderOf))) {
    const given = lines.filter((line) => senderOf(line) === sender);
    expect(reader.read().filter((line) => given.includes(line))).toEqual(given);
  }
}

/** [S5] Own messages by what they are shown as. */
export function deliveries(who: Person): Map<string, MessageItem["delivery"]> {
  const items = who.room().timeline.value.filter((item) => item.kind === "message");
  return new Map(items.filter(({ isOwn }) => isOwn).map((item) => [item.text, item.delivery]));
}
