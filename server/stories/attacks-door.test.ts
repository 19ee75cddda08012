/** Strangers and thieves at the door: whoever lacks the link's key or the session's own stays outside. */
import { expect, it } from "vitest";
import { createIdentity, signEntry } from "../../client/crypto/identity.ts";
import { createSecret, deriveRoomKeys, type RoomKeys } from "../../client/crypto/keys.ts";
import { parseLink } from "../../client/crypto/link.ts";
import { randomBytes, ready } from "../../client/crypto/sodium.ts";
import { CLOSE } from "../../shared/close-codes.ts";
import type { Bytes } from "../../shared/bytes.ts";
import { PROTOCOL_VERSION, type ClientFrame, type Enter } from "../../shared/protocol.ts";
import { goesOn, roomOf } from "./going-on.ts";
import { framesFrom } from "./hostile-relay.ts";
import { ORIGIN } from "./attach.ts";
import { createWorld, type Person, type World } from "./world.ts";

/** What the thief has: the room's link where he has it, and everything that alice ever sent. */
interface Loot {
  readonly keys: RoomKeys;
  readonly alice: Enter;
}

function keysOf(link: string): RoomKeys {
  const secret = parseLink(link)?.secret;
  if (secret === undefined) throw new Error("no link");
  return deriveRoomKeys(secret, null);
}

/** An entry with the link, as an honest client writes it, but for the origin that it signs. */
function honestEnter(keys: RoomKeys, challenge: Bytes, origin = ORIGIN): Enter {
  const identity = createIdentity();
  return {
    kind: "enter",
    version: PROTOCOL_VERSION,
    routeId: keys.routeId,
    doorKey: keys.door.publicKey,
    sessionKey: identity.publicKey,
    ...signEntry(keys, identity, { origin, challenge }),
    connections: 1,
    cursor: null,
  };
}

/** Knocks: the close code that answers `say`, or the kind of the frame where the door opens. */
async function knock(
  world: World,
  say: (challenge: Bytes) => ClientFrame,
): Promise<number | string> {
  const stranger = world.person("stranger");
  let answer: number | string | null = null;
  const socket = stranger.network.openSocket({
    opened: () => undefined,
    frame(frame) {
      if (frame.kind === "challenge") socket.send(say(frame.challenge));
      else answer ??= frame.kind;
    },
    closed(code) {
      answer ??= code;
    },
  });
  await world.until("the relay answers", () => answer !== null);
  socket.close();
  return answer ?? 0;
}

function enterOf(who: Person): Enter {
  const frame = framesFrom(who).find(({ kind }) => kind === "enter");
  if (frame?.kind !== "enter") throw new Error(`${who.name} never entered`);
  return frame;
}

const attacks: readonly (readonly [string, (loot: Loot, challenge: Bytes) => ClientFrame])[] = [
  ["a reused challenge: alice's own entry, replayed", ({ alice }) => alice],
  [
    "the door's signature by another key: a leaked route id opens nothing",
    ({ keys }, challenge) => {
      const forged = { ...deriveRoomKeys(createSecret(), null).door };
      return {
        ...honestEnter(
          { ...keys, door: { ...keys.door, privateKey: forged.privateKey } },
          challenge,
        ),
      };
    },
  ],
  [
    "a squatted route: a door key that does not hash to the route id",
    ({ keys }, challenge) => {
      const own = deriveRoomKeys(createSecret(), null);
      return honestEnter({ ...own, routeId: keys.routeId }, challenge);
    },
  ],
  [
    "alice's session key without its private key",
    ({ keys, alice }, challenge) => {
      const thief = { ...createIdentity(), publicKey: alice.sessionKey };
      const signatures = signEntry(keys, thief, { origin: ORIGIN, challenge });
      return { ...honestEnter(keys, challenge), sessionKey: alice.sessionKey, ...signatures };
    },
  ],
  [
    "alice's session key with the door's signature of another session",
    ({ keys, alice }, challenge) => ({
      ...honestEnter(keys, challenge),
      sessionKey: alice.sessionKey,
    }),
  ],
  [
    "signatures for another origin: a page of somebody else's passes them on",
    ({ keys }, challenge) => honestEnter(keys, challenge, "https://evil.test"),
  ],
  [
    "door and session signatures exchanged",
    ({ keys }, challenge) => {
      const enter = honestEnter(keys, challenge);
      const { doorSignature, sessionSignature } = enter;
      return { ...enter, doorSignature: sessionSignature, sessionSignature: doorSignature };
    },
  ],
  ["signatures of another challenge", ({ keys }) => honestEnter(keys, randomBytes(32))],
  [
    "an all-zero key and signature",
    ({ keys }, challenge) => ({
      ...honestEnter(keys, challenge),
      sessionKey: new Uint8Array(32),
      sessionSignature: new Uint8Array(64),
    }),
  ],
  ["no entry, but a frame of who is in", () => ({ kind: "ask-turn" })],
  [
    "no entry, but an offer",
    () => ({ kind: "propose", offers: [{ kind: "leave", ref: 1, arrival: 1 }] }),
  ],
];

it("[E1] at the door each forged entry is refused with 4401, and inside nobody notices", async () => {
  await ready();
  const world = createWorld();
  const people = await roomOf(world, "alice", "bob");
  const [alice] = people as [Person, Person];
  const { link } = alice.room();
  const loot = { keys: keysOf(link), alice: enterOf(alice) };
  const opens = (challenge: Bytes): Enter => honestEnter(loot.keys, challenge);
  const answers: { [attack: string]: number | string } = {};
  for (const [title, say] of attacks) {
    answers[title] = await knock(world, (challenge) => say(loot, challenge));
  }
  const refused = attacks.map(([title]) => [title, CLOSE.notAdmitted.code]);
  expect(answers).toEqual(Object.fromEntries(refused));
  // The same, unbent, opens; and another version is told so.
  expect(await knock(world, opens)).toBe("turn");
  const ofAnother = (challenge: Bytes): Enter => ({ ...opens(challenge), version: 2 });
  expect(await knock(world, ofAnother)).toBe(CLOSE.upgradeRequired.code);
  expect(alice.notices()).toEqual(["founded", "joined"]);
  await goesOn(world, people, link);
});
