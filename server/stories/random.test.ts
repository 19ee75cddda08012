/**
 * Random days in a room, seeded: people join, talk, leave, lose their network, and the relay crashes.
 * Whatever happened, it must end as the model's properties say (S1, S4, S5, L1 to L4).
 */
import { expect, it } from "vitest";
import type { MessageItem } from "../../client/state/view.ts";
import { createRandomSource } from "./random-source.ts";
import { createWorld, type Person, type World } from "./world.ts";

const SEEDS = Number(process.env["MAYFLY_RANDOM_RUNS"] ?? 24);
const FIRST_SEED = Number(process.env["MAYFLY_RANDOM_SEED"] ?? 1);
const DAY_MS = 60_000;

interface Guest {
  readonly person: Person;
  /** Left or vanished on purpose; nothing is expected of this window any more. */
  isGone: boolean;
}

const isIn = ({ client }: Person): boolean => client.phase.value.kind === "room";
const messagesOf = (who: Person): readonly MessageItem[] =>
  isIn(who) ? who.room().timeline.value.filter((item) => item.kind === "message") : [];

async function day(
  seed: number,
): Promise<{ world: World; guests: Guest[]; said: Map<string, Person> }> {
  const { next: random, between } = createRandomSource(seed);
  const world = createWorld({ latencyMs: () => between(5, 100), random });
  const said = new Map<string, Person>();
  const host = await world.founder("host", { graceMs: 20_000 });
  const { link } = host.room();
  const guests: Guest[] = [{ person: host, isGone: false }];
  const here = (): Guest[] => guests.filter(({ isGone, person }) => !isGone && isIn(person));
  let names = 0;

  function comes(): void {
    const person = world.person(`guest ${++names}`);
    person.client.openLink(link);
    person.client.enter(person.name, "");
    guests.push({ person, isGone: false });
  }
  for (let i = between(1, 4); i > 0; i--) comes();

  function knocksAgain({ client, name }: Person): void {
    const { value } = client.phase;
    if (value.kind !== "over" || value.why !== "no-such-room") return;
    client.openLink(link);
    client.enter(name, "");
  }

  const untilMs = world.clock.now() + DAY_MS;
  while (world.clock.now() < untilMs) {
    await world.run(between(20, 1_500));
    // Who comes while the relay forgot everything finds no room, and knocks again.
    for (const { person, isGone } of guests) if (!isGone) knocksAgain(person);
    const present = here();
    const who = present[between(0, Math.max(present.length - 1, 0))];
    const dice = random();
    if (who === undefined) continue;
    if (dice < 0.6) {
      for (let i = random() < 0.15 ? between(5, 20) : 1; i > 0; i--) {
        const text = `${who.person.name} says ${said.size}`;
        if (who.person.room().send(text)) said.set(text, who.person);
      }
    } else if (dice < 0.68 && guests.length < 9) comes();
    else if (dice < 0.72 && present.length > 1) {
      who.isGone = true;
      who.person.room().leave();
    } else if (dice < 0.75 && present.length > 1) {
      who.isGone = true;
      who.person.vanish();
    } else if (dice < 0.85) {
      who.person.network.cut();
      world.clock.after(between(50, 9_000), () => {
        if (!who.isGone) who.person.network.mend();
      });
    } else if (dice < 0.93) who.person.network.breakAll();
    else if (dice < 0.95) await world.restartRelay(between(100, 3_000));
  }
  await world.run(30_000);
  for (const { person, isGone } of guests) if (!isGone) person.network.mend();
  await world.run(40_000);
  for (const { person, isGone } of guests) if (!isGone) knocksAgain(person);
  await world.run(60_000);
  for (const { person } of here()) {
    const text = `${person.name} is still here`;
    person.room().send(text);
    said.set(text, person);
  }
  await world.run(20_000);
  return { world, guests, said };
}

it.each(Array.from({ length: SEEDS }, (_, i) => FIRST_SEED + i))(
  "[S1][S4][S5][L1][L2] a random day, seed %i",
  async (seed) => {
    const { world, guests, said } = await day(seed);
    const stayed = guests.filter(({ isGone }) => !isGone).map(({ person }) => person);
    expect(world.faults).toEqual([]);

    // The room may have ended under those who wanted to stay: a newcomer whom nobody is left to confirm
    // leaves to try again, and as the last one ends it; or an order was lost while the only one in it was
    // cut off for longer than the grace [G1]. Then nobody is in, all were told, and nothing is left.
    if (stayed.length > 0 && !stayed.some(isIn)) {
      for (const { client } of stayed) {
        expect(client.phase.value.kind).toBe("over");
        expect(["ended", "no-such-room"]).toContain(
          client.phase.value.kind === "over" ? client.phase.value.why : "",
        );
      }
      expect(world.relay().log.isEmpty()).toBe(true);
      return;
    }

    // L1: who wants to be in is in, and talks. S1, L2, L3: one group, with exactly these members.
    for (const who of stayed) {
      expect([who.name, who.client.phase.value.kind]).toEqual([who.name, "room"]);
      expect([who.name, who.room().encryption.value.kind]).toEqual([who.name, "sealed"]);
      expect([who.name, who.room().connection.value]).toEqual([who.name, "live"]);
      expect([who.name, ...who.people().toSorted()]).toEqual([
        who.name,
        ...stayed.map(({ name }) => name).toSorted(),
      ]);
    }
    expect(new Set(stayed.map((who) => who.room().safetyCode.value)).size).toBe(1);

    for (const who of stayed) {
      const texts = messagesOf(who).map(({ text }) => text);
      // S4: nothing is shown twice, each sender's messages in the order in which they were said.
      expect([who.name, new Set(texts).size]).toEqual([who.name, texts.length]);
      for (const text of texts) expect(said.has(text)).toBe(true);
      // Nothing stays without an answer.
      expect(who.room().pendingCount.value).toBe(0);
      for (const other of stayed) {
        const last = messagesOf(other).find(({ text }) => text === `${who.name} is still here`);
        expect([other.name, who.name, last?.delivery]).toEqual([other.name, who.name, "sent"]);
      }
    }

    // S5: what is shown as sent reached everybody who was seated all the time; what failed reached nobody.
    // Across a lost order something may be missing, which is said.
    const isSettled = (who: Person): boolean =>
      !who.notices().some((kind) => kind === "rejoined" || kind === "order-lost");
    const settled = stayed.filter(isSettled);
    for (const who of settled) {
      for (const mine of messagesOf(who).filter(({ isOwn }) => isOwn)) {
        for (const other of settled) {
          const theirs = messagesOf(other);
          const sawJoin = other === who || joinedBefore(other, who, mine);
          if (mine.delivery === "sent" && sawJoin) {
            expect([other.name, theirs.some(({ text }) => text === mine.text), mine.text]).toEqual([
              other.name,
              true,
              mine.text,
            ]);
          }
          if (mine.delivery === "failed" && other !== who) {
            expect(theirs.some(({ text }) => text === mine.text)).toBe(false);
          }
        }
      }
    }

    // Nobody left: the room is gone.
    for (const who of stayed) who.room().leave();
    await world.run(300_000);
    expect(world.relay().log.isEmpty()).toBe(true);
  },
);

/**
 * True where the sender had seen `other` join before it said that. What was said just before may have
 * been sealed in an earlier epoch, which is not for the newcomer to read.
 */
function joinedBefore(other: Person, sender: Person, { sentAtMs }: MessageItem): boolean {
  const joined = sender
    .room()
    .timeline.value.find(
      (item) =>
        item.kind === "notice" && item.what.kind === "joined" && item.what.nickname === other.name,
    );
  // Who was there before the sender joined is not told as joined.
  return joined?.kind !== "notice" || joined.atMs < sentAtMs;
}
