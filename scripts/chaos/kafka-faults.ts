/** Faults of Kafka, of a region's way to it, and of regions; as those in `faults.ts`. */
import { setTimeout as pause } from "node:timers/promises";
import { everybody, reachable, victims, type Fault } from "./faults.ts";
import type { KafkaSide } from "./kafka-side.ts";
import type { FaultProxy } from "./proxy.ts";
import type { Stage } from "./stage.ts";

const SECOND_MS = 1_000;
/** Well beyond the lease of 2 s. */
const STOPPED_MS = 10 * SECOND_MS;

function kafkaOf({ kafka }: Stage): KafkaSide {
  if (kafka === null) throw new Error("Kafka does not order here");
  return kafka;
}

function lineOf(stage: Stage, region: number): FaultProxy {
  const line = kafkaOf(stage).lines[region];
  if (line === undefined) throw new Error("this region has no line of its own");
  return line;
}

/** One region's relays cannot reach Kafka for so long. */
function parted(forMs: number): (stage: Stage) => Promise<ReturnType<typeof reachable>> {
  return async (stage) => {
    const line = lineOf(stage, 1);
    line.halfOpen();
    line.set({ isRefusing: true });
    await pause(forMs);
    line.cut();
    line.set({ isRefusing: false });
    return reachable(everybody(stage));
  };
}

/** Whichever relay of the first region applies a room's partition, it was one of these. */
function eachOwner(harm: (relay: Stage["relays"][number]) => Promise<void>): Fault {
  return {
    async happen({ regions: [region] }) {
      for (const relay of region?.relays ?? []) {
        await harm(relay);
        await pause(3 * SECOND_MS);
      }
      return {};
    },
  };
}

export const KAFKA_FAULTS: { readonly [name: string]: Fault } = {
  "broker-kill": {
    async happen(stage) {
      const { brokers } = kafkaOf(stage);
      await brokers.kill();
      await pause(3 * SECOND_MS);
      await brokers.restart();
      return reachable(everybody(stage));
    },
  },
  "broker-restart-empty": {
    async happen(stage) {
      await kafkaOf(stage).brokers.wipe();
      return reachable(everybody(stage));
    },
  },
  "broker-freeze-20s": {
    async happen(stage) {
      const { brokers } = kafkaOf(stage);
      brokers.freeze();
      await pause(20 * SECOND_MS);
      brokers.thaw();
      return reachable(everybody(stage));
    },
  },
  "three-brokers-leader-kill": {
    kafka: { brokers: 3 },
    async happen(stage) {
      // Each leads some partitions, so each is killed, with time for the others to be in step again.
      for (const node of kafkaOf(stage).brokers.nodes) {
        await node.kill();
        await pause(6 * SECOND_MS);
        await node.restart();
        await pause(6 * SECOND_MS);
      }
      return reachable(everybody(stage));
    },
  },
  "produce-answers-cut": {
    async happen(stage) {
      const line = lineOf(stage, 0);
      for (let i = 0; i < 5; i++) {
        line.set({ isMute: true });
        await pause(SECOND_MS);
        line.cut();
        line.set({ isMute: false });
        await pause(2 * SECOND_MS);
      }
      return reachable(everybody(stage));
    },
  },
  "kafka-lines-cut": {
    async happen(stage) {
      // Every relay's consumer and producer lose their connections in the midst of things.
      for (let i = 0; i < 5; i++) {
        for (const line of kafkaOf(stage).lines) line.cut();
        await pause(2 * SECOND_MS);
      }
      return reachable(everybody(stage));
    },
  },
  "region-parted-10s": { happen: parted(10 * SECOND_MS) },
  "region-parted-beyond-retention": {
    kafka: { retentionS: 5 },
    happen: parted(45 * SECOND_MS),
  },
  "owners-kill": eachOwner(async (relay) => {
    await relay.end("SIGKILL");
    await pause(3 * SECOND_MS);
    await relay.start();
  }),
  "owners-freeze-10s": eachOwner(async (relay) => {
    relay.freeze();
    await pause(STOPPED_MS);
    relay.thaw();
  }),
  "region-added": {
    async happen(stage) {
      await stage.addRegion();
      for (const person of victims(stage)) {
        stage.move(person, stage.regions.length - 1);
        person.line.cut();
      }
      return reachable(victims(stage));
    },
  },
};
