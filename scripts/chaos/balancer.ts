/** Which relay the next connection goes to: in turns, without stickiness, past those that are not ready. */
import type { RelayProcess } from "./relays.ts";

const ASK_EVERY_MS = 250;

export interface Balancer {
  /** Port of a relay that was ready when last asked; null: none was. */
  next(): number | null;
  stop(): void;
}

/** Asks /readyz four times a second, as a load balancer would. */
export function startBalancer(relays: readonly RelayProcess[]): Balancer {
  const ready = new Set<RelayProcess>(relays);
  const asked = new Set<RelayProcess>();
  let turn = 0;

  async function ask(relay: RelayProcess): Promise<void> {
    if (asked.has(relay)) return;
    asked.add(relay);
    if (await relay.isReady()) ready.add(relay);
    else ready.delete(relay);
    asked.delete(relay);
  }

  const timer = setInterval(() => {
    for (const relay of relays) void ask(relay);
  }, ASK_EVERY_MS);

  return {
    next() {
      for (let i = 0; i < relays.length; i++) {
        const relay = relays[turn++ % relays.length];
        if (relay !== undefined && ready.has(relay)) return relay.port;
      }
      return null;
    },
    stop: () => clearInterval(timer),
  };
}
