/** Two regions in small: real relays, a real Redis in each and a real broker between them. */
import { expect, test } from "vitest";
import { deriveRoomKeys } from "../../client/crypto/keys.ts";
import { parseLink } from "../../client/crypto/link.ts";
import { parseHex, utf8 } from "../../shared/bytes.ts";
import { canStartKafka } from "../../server/drivers/kafka/test-kafka.ts";
import { runCell } from "./cell.ts";
import { keysOf } from "./key-watch.ts";
import { KAFKA_FAULTS } from "./kafka-faults.ts";
import { setStage } from "./stage.ts";
import { until } from "./until.ts";

const SIZES = { regions: 2, relays: 1, rooms: 2, members: 3, messagesPerSecond: 20 };
const TIMING = { calmMs: 1_000, healMs: 45_000 };
const RETENTION_S = 5;
const FORGOTTEN_MS = (RETENTION_S + 30) * 1_000;

test.skipIf(!canStartKafka)(
  "[§1.5] a broker is killed and starts again: every message reaches everybody once, in one order",
  { timeout: 240_000 },
  async () => {
    const fault = KAFKA_FAULTS["broker-kill"];
    if (fault === undefined) throw new Error("no such fault");
    const outcome = await runCell(fault, SIZES, TIMING);
    expect(outcome.verdict.findings).toEqual([]);
    expect(outcome.verdict.honestlyLost).toBe(0);
    expect(outcome.clientFaults).toEqual([]);
    expect(outcome.written).toBeGreaterThan(0);
    expect(outcome.keys.withoutTtl).toEqual([]);
    expect(outcome.keys.readable).toEqual([]);
    expect(outcome.isReadInKafka).toBe(false);
    expect(outcome.keysLeft).toEqual([]);
  },
);

test.skipIf(!canStartKafka)(
  "[§1.6][§1.7] when all have left, no Redis has anything of the room, and within retention + 30 s no broker",
  { timeout: 240_000 },
  async () => {
    const stage = await setStage({ ...SIZES, rooms: 1 }, { kafka: { retentionS: RETENTION_S } });
    try {
      const { kafka, canary } = stage;
      const people = stage.rooms.flatMap(({ members }) => members);
      const secret = parseLink(people[0]?.room()?.link ?? "")?.secret;
      if (kafka === null || secret === undefined) throw new Error("no room");
      const route = parseHex(deriveRoomKeys(secret, null).routeId) ?? new Uint8Array();
      for (const person of people) person.say(stage.text());
      await until("all is said", () => people.every((person) => person.isSettled()));
      // The search finds what must be there; what only members may read is not.
      expect(kafka.keeps(route)).toBe(true);
      expect(kafka.keeps(utf8(canary))).toBe(false);

      for (const person of people) person.leave();
      const left = async (): Promise<readonly string[]> => {
        const all = await Promise.all(stage.regions.map(({ redis }) => keysOf(redis.client())));
        return all.flat().filter((key) => !/:(place|owner|owner:rival)$/.test(key));
      };
      await until("no key is left", async () => (await left()).length === 0, 5_000);
      await until("no broker keeps it", () => !kafka.keeps(route), FORGOTTEN_MS);
      expect(kafka.keeps(utf8(canary))).toBe(false);
    } finally {
      await stage.stop();
    }
  },
);
