/** Sees what the order itself holds, as no member and no relay's line can: what was accepted, life by life. */
import type { Record } from "../../shared/protocol.ts";
import type { Log } from "../ports/log.ts";

export interface OrderWatch {
  /** To be given to a world as its `wrapLog`. */
  readonly wrap: (log: Log) => Log;
  /** Records of each life of the one room watched, oldest life first. */
  readonly lives: readonly (readonly Record[])[];
  /** Records of the present life. */
  now(): readonly Record[];
}

/** Watches a world with one room. */
export function createOrderWatch(): OrderWatch {
  const lives: Record[][] = [];
  return {
    lives,
    now: () => lives.at(-1) ?? [],
    wrap: (log) => ({
      serve: (routeId, listener) =>
        log.serve(routeId, {
          ...listener,
          records(records) {
            for (const record of records) {
              if (record.kind === "open") lives.push([]);
              lives.at(-1)?.push(record);
            }
            listener.records(records);
          },
          ended: () => listener.ended(),
        }),
      isReady: () => log.isReady(),
      close: () => log.close(),
    }),
  };
}
