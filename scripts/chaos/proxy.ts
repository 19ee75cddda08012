/** A TCP proxy that does to its connections what networks do: slow, cut, silent, parted. */
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** Bytes of one drop, and from one drop to the next, of a link that drips. */
const DRIP_BYTES = 1;
const DRIP_EVERY_MS = 100;
/** How much waits in the proxy for one direction before the sender is held up, as a network's buffers would. */
const HELD_BYTES = 64 * 1024;

export interface Faults {
  /** Every piece arrives so much later, plus up to `jitterMs` at random; pieces keep their order. */
  readonly latencyMs: number;
  readonly jitterMs: number;
  /** One byte each 100 ms, either way. */
  readonly isDripping: boolean;
  /** Nothing passes and nothing is lost: what was written waits, as in TCP's own buffers. New connections wait too. */
  readonly isParted: boolean;
  /** New connections are refused (reset). */
  readonly isRefusing: boolean;
  /** What is asked arrives, what is answered is swallowed; cut such connections before it ends. */
  readonly isMute: boolean;
}

export interface FaultProxy {
  /** It listens on 127.0.0.1. */
  readonly port: number;
  connections(): number;
  /** Changes some faults for all connections, those that are open included. */
  set(change: Partial<Faults>): void;
  /** Resets (RST) every connection, both ends. */
  cut(): void;
  /** Every connection that is open swallows everything from now on, for good, and neither end is told. */
  halfOpen(): void;
  /** Where connections from now on lead. */
  lead(port: number): void;
  close(): Promise<void>;
}

const HEALTHY: Faults = {
  latencyMs: 0,
  jitterMs: 0,
  isDripping: false,
  isParted: false,
  isRefusing: false,
  isMute: false,
};

/** Leads to `target`, a port of 127.0.0.1; `random` in [0, 1) is for jitter. */
export async function startProxy(
  target: number | (() => number | null),
  random: () => number = Math.random,
): Promise<FaultProxy> {
  let leadsTo = target;
  let faults = HEALTHY;
  const links = new Set<Link>();
  const server = createServer({ allowHalfOpen: true }, (near) => {
    if (faults.isRefusing) return void near.resetAndDestroy();
    const port = typeof leadsTo === "number" ? leadsTo : leadsTo();
    if (port === null) return void near.resetAndDestroy();
    const far = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    const link = createLink(near, far, { faults: () => faults, random });
    links.add(link);
    near.once("close", () => links.delete(link));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => links.size,
    set(change) {
      faults = { ...faults, ...change };
      for (const link of links) link.wake();
    },
    cut() {
      for (const link of links) link.cut();
    },
    halfOpen() {
      for (const link of links) link.swallow();
    },
    lead(port) {
      leadsTo = port;
    },
    async close() {
      for (const link of links) link.cut();
      server.close();
      await once(server, "close");
    },
  };
}

interface Link {
  cut(): void;
  swallow(): void;
  /** The faults changed. */
  wake(): void;
}

interface Weather {
  readonly faults: () => Faults;
  readonly random: () => number;
}

function createLink(near: Socket, far: Socket, weather: Weather): Link {
  let isSwallowing = false;
  const cut = (): void => {
    near.resetAndDestroy();
    far.resetAndDestroy();
  };
  const answers = (): boolean => !weather.faults().isMute;
  const flows = [flow(near, far, weather), flow(far, near, weather, answers)];
  for (const [socket, other] of [
    [near, far],
    [far, near],
  ] as const) {
    socket.setNoDelay(true);
    socket.on("error", () => undefined);
    // An end that is gone is told to the other, unless the link is a black hole or parted by then.
    socket.on("close", () => {
      if (isSwallowing) return;
      if (socket.errored !== null) other.resetAndDestroy();
      else if (!other.writableEnded) other.end();
    });
  }
  return {
    cut,
    swallow() {
      isSwallowing = true;
      for (const way of flows) way.stop();
      for (const socket of [near, far]) {
        socket.removeAllListeners("data");
        socket.removeAllListeners("end");
        socket.resume();
      }
    },
    wake() {
      for (const way of flows) way.wake();
    },
  };
}

interface Flow {
  readonly wake: () => void;
  readonly stop: () => void;
}

interface Piece {
  readonly bytes: Buffer;
  readonly dueMs: number;
}

/** One direction: pieces wait their time in a queue, then are written. */
function flow(
  from: Socket,
  to: Socket,
  { faults, random }: Weather,
  isHeard: () => boolean = () => true,
): Flow {
  const queue: Piece[] = [];
  let heldBytes = 0;
  let hasEnded = false;
  let isStopped = false;
  let timer: NodeJS.Timeout | null = null;

  from.on("data", (bytes: Buffer) => {
    if (!isHeard()) return;
    const { latencyMs, jitterMs } = faults();
    const dueMs = performance.now() + latencyMs + random() * jitterMs;
    queue.push({ bytes, dueMs: Math.max(dueMs, queue.at(-1)?.dueMs ?? 0) });
    heldBytes += bytes.length;
    if (heldBytes > HELD_BYTES) from.pause();
    wake();
  });
  from.on("end", () => {
    hasEnded = true;
    wake();
  });
  to.on("drain", () => wake());

  function wake(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    pass();
  }

  function wait(ms: number): void {
    timer = setTimeout(wake, Math.max(1, ms));
  }

  /** One timer at a time, and none while the receiver is slow: `drain` wakes then. */
  function pass(): void {
    if (isStopped || to.destroyed) return;
    const { isParted, isDripping } = faults();
    if (isParted) return;
    for (let piece = queue[0]; piece !== undefined; piece = queue[0]) {
      const earlyMs = piece.dueMs - performance.now();
      if (earlyMs > 0) return wait(earlyMs);
      const bytes = isDripping ? piece.bytes.subarray(0, DRIP_BYTES) : piece.bytes;
      const rest = piece.bytes.subarray(bytes.length);
      queue.shift();
      const dueMs = performance.now() + DRIP_EVERY_MS;
      if (isDripping && rest.length > 0) queue.unshift({ bytes: rest, dueMs });
      heldBytes -= bytes.length;
      const isFlowing = to.write(bytes);
      if (heldBytes <= HELD_BYTES && from.isPaused()) from.resume();
      if (isDripping) return wait(DRIP_EVERY_MS);
      if (!isFlowing) return;
    }
    if (hasEnded && !to.writableEnded) to.end();
  }

  return {
    wake,
    stop() {
      isStopped = true;
      queue.length = 0;
      if (timer !== null) clearTimeout(timer);
    },
  };
}
