/** The story of one room whose members come in by two relays, wherever those have the room from. */
import { expect } from "vitest";
import {
  allSent,
  isEncrypted,
  join,
  leave,
  linkOf,
  makeRoom,
  messagesOf,
  peopleAre,
  safetyCodeOf,
  say,
  sees,
} from "./people.ts";
import type { Relay } from "./relay.ts";
import { openFileStudio } from "./made-files.ts";
import { saved, seesPicture, share } from "./sharing.ts";
import type { Window, World } from "./world.ts";

export interface TwoDoors {
  readonly world: World;
  /** The one that stays. */
  readonly first: Relay;
  /** The one that is killed. */
  readonly second: Relay;
}

/** Alice and Carol come by the first, Bob by the second until it is killed; then all have left. */
export async function tellOfTwoDoors({ world, first, second }: TwoDoors): Promise<void> {
  const open = (name: string): Promise<Window> => world.open(name);
  const [alice, bob, carol] = [await open("Alice"), await open("Bob"), await open("Carol")];
  bob.wire.leadTo(second.address);
  await makeRoom(alice);
  const link = await linkOf(alice);
  await join(bob, link);
  await join(carol, link);
  for (const who of [alice, bob, carol]) await peopleAre(who, "Alice", "Bob", "Carol");
  await say(alice, "said at the first");
  await say(bob, "said at the second");
  for (const who of [alice, bob, carol]) {
    await sees(who, "said at the first");
    await sees(who, "said at the second");
    await isEncrypted(who);
  }
  expect(await messagesOf(bob)).toEqual(await messagesOf(carol));
  expect(await safetyCodeOf(bob)).toBe(await safetyCodeOf(alice));
  await shareFiles(bob, [alice, carol]);

  // The balancer notices that a relay is gone; the windows need not be told.
  world.expectOutage();
  await second.end("SIGKILL");
  await say(carol, "bob was elsewhere");
  bob.wire.leadTo(first.address);
  await sees(bob, "bob was elsewhere");
  await say(bob, "and is here again");
  await sees(alice, "and is here again");
  await allSent(bob);
  await peopleAre(alice, "Alice", "Bob", "Carol");

  for (const who of [bob, carol, alice]) await leave(who);
}

/** A picture and a text of one are had by the others, wherever they come in. */
async function shareFiles(by: Window, others: readonly Window[]): Promise<void> {
  const files = await openFileStudio();
  const paths = [await files.picture("a.jpg", "Canary"), await files.text("b.txt", "as written")];
  await share(by, paths, "look");
  for (const who of others) {
    await sees(who, "look");
    expect(await seesPicture(who, "a.jpg")).toEqual({ width: 1600, height: 1200 });
    expect((await saved(who, "b.txt")).toString()).toBe("as written");
  }
  await files.close();
}
