/** A region of a chaos run: a Redis, relays and a balancer before them; where Redis orders there is one. */
import { startBalancer, type Balancer } from "./balancer.ts";
import { startRedisSide, type RedisSide } from "./redis-side.ts";
import { prepareRelay, type Environment, type RelayProcess } from "./relays.ts";

export interface Region {
  readonly redis: RedisSide;
  readonly relays: readonly RelayProcess[];
  readonly balancer: Balancer;
  stop(): Promise<void>;
}

/** As many relays as environments, which say what each is told; all are ready when this resolves. */
export async function startRegion(
  environments: readonly Environment[],
  originOf?: (port: number) => string,
): Promise<Region> {
  const redis = await startRedisSide(environments.length);
  const relays = await Promise.all(
    environments.map((environment, i) =>
      prepareRelay(
        { ...environment, REDIS_URL: `redis://127.0.0.1:${redis.lines[i]?.port}` },
        originOf,
      ),
    ),
  );
  await Promise.all(relays.map((relay) => relay.start()));
  const balancer = startBalancer(relays);
  return {
    redis,
    relays,
    balancer,
    async stop() {
      balancer.stop();
      await Promise.all(relays.map((relay) => relay.end("SIGKILL")));
      await redis.stop();
    },
  };
}
