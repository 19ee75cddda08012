/** The Kafka of a chaos run: real brokers, each region's own line to them, and what relays are told of it. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startKafka, type TestKafka } from "../../server/drivers/kafka/test-kafka.ts";
import { freePort } from "../../server/drivers/redis/test-redis.ts";
import { startProxy, type FaultProxy } from "./proxy.ts";
import type { Environment } from "./relays.ts";

export interface KafkaWishes {
  /** 1 where not said; of several, regions have no line of their own. */
  readonly brokers?: number;
  readonly retentionS?: number;
}

export interface KafkaSide {
  readonly brokers: TestKafka;
  /** One a region, in their order. */
  readonly lines: readonly FaultProxy[];
  /** What a relay of that region is told; every relay has a port of its own for those of other regions. */
  environment(region: number, relay: number): Environment;
  /** True where these bytes stand in anything that a broker keeps now. */
  keeps(bytes: Uint8Array): boolean;
  stop(): Promise<void>;
}

const PARTITIONS = 4;

const addressOf = (port: number): string => `http://127.0.0.1:${port}`;

/** Starts brokers with a line for each of so many regions. */
export async function startKafkaSide(
  { regions, relays }: { readonly regions: number; readonly relays: number },
  { brokers: count = 1, retentionS = 120 }: KafkaWishes,
): Promise<KafkaSide> {
  const lines: FaultProxy[] = [];
  let brokers: TestKafka | null = null;
  for (let i = 0; i < (count === 1 ? regions : 0); i++) {
    lines.push(await startProxy(() => brokers?.doors[i] ?? null));
  }
  const doors = lines.map(({ port }) => port);
  const started = await startKafka(count === 1 ? { doors } : { brokers: count });
  brokers = started;
  const folder = mkdtempSync(join(tmpdir(), "mayfly-chaos-"));
  const secretFile = join(folder, "secret");
  writeFileSync(secretFile, randomBytes(32).toString("hex"), { mode: 0o600 });
  /** By region: where its relays listen for others. */
  const borders: number[][] = [];
  for (let i = 0; i < regions; i++) {
    borders.push(await Promise.all(Array.from({ length: relays }, freePort)));
  }

  return {
    brokers: started,
    lines,
    environment(region, relay) {
      const others = borders.filter((_, i) => i !== region).flat();
      const line = lines[region];
      return {
        MAYFLY_MODE: "kafka",
        KAFKA_BROKERS: line === undefined ? started.addresses.join(",") : `127.0.0.1:${line.port}`,
        KAFKA_PARTITIONS: String(PARTITIONS),
        KAFKA_RETENTION_S: String(retentionS),
        KAFKA_ALLOW_FEWER_REPLICAS: count < 3 ? "yes" : "no",
        REGION: `region-${region}`,
        REGION_PORT: String(borders[region]?.[relay] ?? 0),
        ...(others.length > 0 ? { REGION_PEERS: others.map(addressOf).join(",") } : {}),
        REGION_SECRET_FILE: secretFile,
      };
    },
    keeps: (bytes) => started.nodes.some((node) => isKept(node.folder, Buffer.from(bytes))),
    async stop() {
      await Promise.all(lines.map((line) => line.close()));
      await started.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function isKept(folder: string, bytes: Buffer): boolean {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names.some((name) => {
    try {
      return readFileSync(join(folder, name)).includes(bytes);
    } catch {
      // A folder, or a segment that was just removed.
      return false;
    }
  });
}
