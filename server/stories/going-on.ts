/** For attack stories: a room of honest people, and the proof that it lives on afterwards. */
import { expect } from "vitest";
import type { SessionId } from "../../shared/ids.ts";
import type { Person, World } from "./world.ts";

/** A room that the first of `names` founded and the others joined; everyone is confirmed. */
export async function roomOf(world: World, ...names: readonly string[]): Promise<Person[]> {
  const [first = "alice", ...others] = names;
  const founder = await world.founder(first);
  const people = [founder];
  for (const name of others) people.push(await world.joiner(name, founder.room().link));
  await confirmed(world, people);
  await world.until("everyone sees everyone", () =>
    people.every((who) => who.people().length === people.length),
  );
  return people;
}

/** Waits until nobody of `people` is joining any more. */
export async function confirmed(world: World, people: readonly Person[]): Promise<void> {
  await world.until("everyone is confirmed", () =>
    people.every((who) => who.room().encryption.value.kind === "sealed"),
  );
}

/** The session that a person has now. */
export function sessionOf(who: Person): SessionId {
  const own = who.room().roster.value.find(({ isYou }) => isYou);
  if (own === undefined) throw new Error(`${who.name} has no leaf`);
  return own.session;
}

let rounds = 0;

/**
 * After every attack: each of `people` says something and all read it; somebody new joins by the link,
 * is confirmed, says something and all read that; all hold one group; and no client of ours had a fault.
 * Returns the newcomer.
 */
export async function goesOn(
  world: World,
  people: readonly Person[],
  link: string,
): Promise<Person> {
  const round = ++rounds;
  const isLive = (who: Person): boolean => who.room().connection.value === "live";
  await world.until("all are connected", () => people.every(isLive), 60_000);
  for (const who of people) who.room().send(`still here, round ${round}`);
  const lines = people.map(({ name }) => `${name}: still here, round ${round}`);
  await everyoneReads(world, people, lines);
  const newcomer = await world.joiner(`newcomer ${round}`, link);
  await confirmed(world, [newcomer]);
  newcomer.room().send(`new here, round ${round}`);
  const all = [...people, newcomer];
  await everyoneReads(world, all, [`${newcomer.name}: new here, round ${round}`]);
  const codes = (): Set<string> => new Set(all.map((who) => who.room().safetyCode.value));
  await world.until("all hold one epoch", () => codes().size === 1);
  expect(new Set(all.map((who) => who.people().join())).size).toBe(1);
  expect(world.faults).toEqual([]);
  return newcomer;
}

async function everyoneReads(
  world: World,
  people: readonly Person[],
  lines: readonly string[],
): Promise<void> {
  await world.until(`all read ${lines.join(", ")}`, () =>
    people.every((who) => lines.every((line) => count(who.read(), line) === 1)),
  );
}

const count = (lines: readonly string[], line: string): number =>
  lines.filter((other) => other === line).length;
