/** Every screen and state, by name. */
import type { ClientView, Encryption, OverReason, TimelineItem } from "../../state/view.ts";
import { clientIn, happens, person, says, type RoomState } from "./fixture.ts";

const MINUTE_MS = 60_000;
const now = Date.now();
const ago = (minutes: number) => now - minutes * MINUTE_MS;

const ada = person("Ada", "present", true);
const everybody = [
  ada,
  person("Quiet Otter"),
  person("Bob"),
  person("Bob", "away"),
  person("Merry Hedgehog", "joining"),
  person("Carol", "leaving"),
];

const talk: readonly TimelineItem[] = [
  happens(ago(1500), { kind: "founded" }),
  says("Ada", ago(1490), "Is anybody here yet?"),
  happens(ago(42), { kind: "joined", nickname: "Bob", isOwn: false }),
  says("Bob", ago(41), "Hi! Found it."),
  says(
    "Bob",
    ago(41),
    "The notes are at https://notes.example/2026/plan_(draft)?page=2, have a look.",
  ),
  says("Ada", ago(39), "Thanks. Reading it now; give me five minutes."),
  happens(ago(30), { kind: "joined", nickname: "Quiet Otter", isOwn: false }),
  says(
    "Quiet Otter",
    ago(29),
    "Morning all.\n\nTwo things:\n1. the train leaves at 9:40\n2. somebody has my umbrella",
  ),
  says("Bob", ago(28), "That would be me. Sorry!"),
  happens(ago(12), { kind: "left", nickname: "Carol" }),
  says(
    "Ada",
    ago(3),
    "Then let us meet at the station at half past nine, by the big clock. I bring the tickets and something to read for the way.",
  ),
  says("Quiet Otter", ago(1), "👍"),
];

const long = Array.from({ length: 40 }, (_, i) =>
  says(
    i % 3 === 0 ? "Bob" : "Quiet Otter",
    ago(60 - i),
    `Line ${i + 1} of a longer talk about nothing much.`,
  ),
);

const deliveries: readonly TimelineItem[] = [
  ...talk.slice(1, 4),
  says("Ada", ago(4), "This one has arrived."),
  says("Ada", ago(3), "Too fast for the relay.", { delivery: "failed", failReason: "rate" }),
  says("Ada", ago(3), "Refused for another reason.", { delivery: "failed", failReason: "other" }),
  says("Ada", ago(2), "Nobody knows about this one.", { delivery: "maybe" }),
  says("Ada", ago(0), "Still on its way.", { delivery: "pending" }),
  says("Ada", ago(0), "And this one behind it.", { delivery: "pending" }),
];

const notices: readonly TimelineItem[] = [
  happens(ago(50), { kind: "joined", nickname: "Ada", isOwn: true }),
  happens(ago(49), { kind: "joined", nickname: "Bob", isOwn: false }),
  happens(ago(48), { kind: "gap", count: 12 }),
  happens(ago(47), { kind: "missing", nickname: "Bob", count: 1 }),
  happens(ago(46), { kind: "unopened", nickname: "Bob" }),
  happens(ago(45), { kind: "order-lost" }),
  happens(ago(44), { kind: "rejoined" }),
  happens(ago(43), { kind: "repeated", nickname: "Bob" }),
  happens(ago(42), { kind: "split", nickname: null }),
  happens(ago(41), { kind: "split", nickname: "Bob" }),
  happens(ago(40), { kind: "left", nickname: "Bob" }),
];

const marks = "\u0322\u0353\u0488\u20DD".repeat(250);
const hostile: readonly TimelineItem[] = [
  happens(ago(9), { kind: "joined", nickname: "محمد", isOwn: false }),
  says("محمد", ago(8), "مرحبا بكم في الغرفة، كيف حالكم؟ abc 123"),
  says("WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW", ago(7), "W".repeat(600)),
  says("Zal\u0322\u0353\u0488\u20DDgo", ago(6), `He${marks} comes${marks}`),
  says(
    "<img src=x onerror=alert(1)>",
    ago(5),
    "<script>alert(1)</script> javascript:alert(1) {{1+1}} $t(app.name)",
  ),
  says(
    "Bob",
    ago(4),
    "https://аpple.example/login and https://user:pw@evil.example and mailto:bob@a.example",
  ),
  says("Bob", ago(3), `https://a.example/${"x".repeat(300)}`),
  says("Bob", Number.NaN, "My clock is broken."),
  says("Bob", ago(2), "\u202Egnp.exe\u202C hidden"),
  says("Ada", ago(1), "W".repeat(200), { delivery: "failed", failReason: "too-large" }),
];

const rooms: Readonly<Record<string, RoomState>> = {
  "room-alone": { roster: [ada], timeline: [happens(now, { kind: "founded" })] },
  "room-empty": {
    roster: everybody.slice(0, 3),
    timeline: [happens(now, { kind: "joined", nickname: "Ada", isOwn: true })],
  },
  "room-talk": { roster: everybody, timeline: talk, unread: 3 },
  "room-long": { roster: everybody, timeline: long },
  "room-deliveries": { roster: everybody, timeline: deliveries },
  "room-notices": { roster: everybody, timeline: notices },
  "room-hostile": {
    roster: [...everybody, person("WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW"), person("محمد")],
    timeline: hostile,
  },
  "room-offline": { roster: everybody, timeline: talk, connection: "offline" },
  "room-reconnecting": { roster: everybody, timeline: talk, connection: "reconnecting" },
  "room-huge": {
    roster: everybody,
    timeline: Array.from({ length: 250 }, () =>
      long.map((item) => ({ ...item, key: `${item.key}-${Math.random()}` })),
    ).flat(),
  },
  "room-crowd": {
    roster: [ada, ...Array.from({ length: 99 }, (_, i) => person(`Person ${i}`))],
    timeline: talk,
  },
};
const encryptions: Readonly<Record<string, Encryption>> = {
  "room-joining": { kind: "joining" },
  "room-unconfirmed": { kind: "unconfirmed", released: false },
  "room-released": { kind: "unconfirmed", released: true },
  "room-split": { kind: "split", by: "Bob" },
  "room-split-unknown": { kind: "split", by: null },
};
const overs: readonly OverReason[] = [
  "left",
  "ended",
  "no-such-room",
  "replaced",
  "full",
  "upgrade-required",
  "refused",
];

export const scenes: ReadonlyMap<string, () => ClientView> = new Map([
  ["start", () => clientIn({ kind: "start", notice: null })],
  ["start-damaged", () => clientIn({ kind: "start", notice: "damaged-link" })],
  ["start-crypto-failed", () => clientIn({ kind: "start", notice: "crypto-failed" })],
  ["invited", () => clientIn({ kind: "invited", hasPassphrase: false, notice: null })],
  ["invited-passphrase", () => clientIn({ kind: "invited", hasPassphrase: true, notice: null })],
  ["entering", () => clientIn({ kind: "entering", step: "connecting" })],
  ...Object.entries(rooms).map(([name, state]) => [name, () => clientIn(state)] as const),
  ...Object.entries(encryptions).map(
    ([name, encryption]) =>
      [name, () => clientIn({ roster: everybody, timeline: talk, encryption })] as const,
  ),
  ...overs.map((why) => [`over-${why}`, () => clientIn({ kind: "over", why })] as const),
]);
