/** For attack stories: honest people, a hostile member, and what "void for all" and "refused" mean. */
import { expect } from "vitest";
import type { SessionId } from "../../shared/ids.ts";
import type { Record, Refusal } from "../../shared/protocol.ts";
import { confirmed } from "./going-on.ts";
import { createInsider, type Insider } from "./insider.ts";
import { createOrderWatch } from "./order-watch.ts";
import type { Puppet } from "./puppet.ts";
import { createWorld, type Person, type World } from "./world.ts";

export interface Stage {
  readonly world: World;
  readonly alice: Person;
  readonly bob: Person;
  readonly carol: Person;
  readonly honest: readonly Person[];
  readonly insider: Insider;
  /** A member who turned hostile: leaf 2, between bob and carol. */
  readonly mallory: Puppet;
  /** Follows the order like anybody and keeps what it thinks of each commit record; leaf 4. */
  readonly verdicts: ReadonlyMap<number, "void" | "applied">;
  readonly order: () => readonly Record[];
}

/** Alice, bob and carol at leaves 0, 1 and 3; nothing is under way. */
export async function stage(): Promise<Stage> {
  const watch = createOrderWatch();
  const world = createWorld({ wrapLog: watch.wrap });
  const alice = await world.founder("alice");
  const { link } = alice.room();
  const bob = await world.joiner("bob", link);
  const insider = await createInsider(world, link);
  const mallory = await insider.join("mallory");
  const carol = await world.joiner("carol", link);
  const witness = await insider.join("walter");
  const verdicts = new Map<number, "void" | "applied">();
  witness.onRecord = (record) => {
    const isVoid = witness.seat()?.voidSinceMs !== null;
    if (record.kind === "commit") verdicts.set(record.number, isVoid ? "void" : "applied");
  };
  const honest = [alice, bob, carol];
  await confirmed(world, honest);
  // Beyond the second in which a session commits once, and with nothing under way.
  await world.run(2_000);
  return { world, alice, bob, carol, honest, insider, mallory, verdicts, order: watch.now };
}

/** The roster before and after. */
export const NAMES = "alice,bob,mallory,carol,walter";

/** The commit of `session` stands in the order, is void, and changes nobody's roster. */
export async function isVoidForAll(on: Stage, session: SessionId, act: () => Promise<void>) {
  const before = on.order().length;
  const record = (): Record | undefined =>
    on.order().find((r) => r.number > before && r.kind === "commit" && r.session === session);
  await act();
  await on.world.until("it stands in the order", () => record() !== undefined, 5_000);
  const number = record()?.number ?? 0;
  await on.world.until("the witness has it", () => on.verdicts.has(number), 5_000);
  expect(on.verdicts.get(number)).toBe("void");
  for (const who of on.honest) {
    expect(who.people().join()).toBe(NAMES);
    expect(who.notices()).not.toContain("split");
  }
  const codes = (): Set<string> => new Set(on.honest.map((who) => who.room().safetyCode.value));
  await on.world.until("all hold one epoch", () => codes().size === 1);
}

/** The relay refuses it for this reason, and nothing stands in the order. */
export async function isRefused(
  on: Stage,
  puppet: Puppet,
  reason: Refusal,
  act: () => Promise<void>,
) {
  const { session } = puppet.who.identity;
  const before = on.order().length;
  await act();
  await on.world.until("the relay answers", () => puppet.refusals.length > 0, 5_000);
  expect(puppet.refusals.map((refused) => refused.reason)).toEqual([reason]);
  const newer = on.order().slice(before);
  expect(newer.filter((r) => r.kind === "commit" && r.session === session)).toEqual([]);
}
