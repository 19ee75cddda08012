/** Finds the Redis server that driver tests start; on Debian it installs one where it may. */
import { ensureProgram } from "./program.ts";

/** Path of a redis-server, installed by apt-get if need be; null, with the reason printed, when none can be had. */
export function ensureRedis(): Promise<string | null> {
  return ensureProgram({
    names: ["redis-server"],
    places: ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"],
    variable: "REDIS_SERVER",
    debianPackage: "redis-server",
    needed: "The tests of the Redis driver need redis-server, version 7 or newer",
  });
}
