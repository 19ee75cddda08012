import { beforeAll, expect, test } from "vitest";
import { foundedBy, joins, reads, seals } from "./group-world.ts";
import { ready } from "./sodium.ts";

beforeAll(ready);

test("alice founds a room, bob and carol join, and all three talk", async () => {
  const room = await foundedBy("alice");
  await joins(room, "bob");
  await joins(room, "carol");
  for (const person of room.people) {
    expect(person.group.members.map(({ nickname }) => nickname)).toEqual(["alice", "bob", "carol"]);
    expect(person.group.authenticator).toEqual(room.people[0]?.group.authenticator);
    expect(person.group.epoch).toBe(2n);
    const sealed = await seals(person, `hello from ${person.nickname}`);
    for (const other of room.people) {
      const expected = other === person ? null : `hello from ${person.nickname}`;
      expect(await reads(other, person, sealed)).toBe(expected);
    }
  }
});
