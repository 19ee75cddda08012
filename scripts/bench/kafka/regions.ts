/** Relays as an operator would run them (`server/main.ts`): two that share one Redis, or two regions of one each. */
import { LIMIT_NAMES, LIMIT_SPECS } from "../../../server/config-limits.ts";
import { startKafkaSide, type KafkaSide } from "../../chaos/kafka-side.ts";
import { startRegion, type Region } from "../../chaos/region.ts";
import type { Environment } from "../../chaos/relays.ts";
import type { Contender } from "../fanout/contender.ts";
import { mayfly } from "../fanout/mayfly.ts";
import type { Servers } from "../fanout/process.ts";

const RELAYS = 2;
const RAISED: Environment = Object.fromEntries(
  LIMIT_NAMES.filter((name) => !name.startsWith("media")).map((name) => [
    LIMIT_SPECS[name].variable,
    String(LIMIT_SPECS[name].most),
  ]),
);
const ownOrigin = (port: number): string => `http://127.0.0.1:${port}`;

const start = (environments: readonly Environment[]): Promise<Region> =>
  startRegion(
    environments.map((environment) => ({ LOG_LEVEL: "error", ...environment, ...RAISED })),
    ownOrigin,
  );

function serversOf(regions: readonly Region[], kafka: KafkaSide | null): Servers {
  const relays = regions.flatMap((region) => region.relays);
  return {
    ports: relays.map(({ port }) => port),
    rssBytes: () => Number.NaN,
    cpuMs: () => relays.reduce((sum, relay) => sum + relay.cpuMs(), 0),
    async stop() {
      await Promise.all(regions.map((region) => region.stop()));
      await kafka?.stop();
    },
  };
}

/** Two relays, one Redis. */
export const onRedis: Contender = {
  ...mayfly,
  name: "redis: 2 relays",
  processes: RELAYS,
  start: async () =>
    serversOf(
      [await start(Array.from({ length: RELAYS }, () => ({ MAYFLY_MODE: "redis" })))],
      null,
    ),
};

async function startRegions(regions: number, relays: number): Promise<Servers> {
  const kafka = await startKafkaSide({ regions, relays }, {});
  const started: Region[] = [];
  for (let region = 0; region < regions; region++) {
    const told = Array.from({ length: relays }, (_, relay) => kafka.environment(region, relay));
    started.push(await start(told));
  }
  return serversOf(started, kafka);
}

/** One region of two relays, one broker. */
export const inOneRegion: Contender = {
  ...mayfly,
  name: "kafka: 1 region × 2 relays",
  processes: RELAYS,
  start: () => startRegions(1, RELAYS),
};

/** Two regions of one relay and one Redis each, one broker. */
export const inTwoRegions: Contender = {
  ...mayfly,
  name: "kafka: 2 regions × 1 relay",
  processes: RELAYS,
  start: () => startRegions(RELAYS, 1),
};
