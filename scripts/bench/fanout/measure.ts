/** The three measurements, the same for every contender. */
import { setTimeout as pause } from "node:timers/promises";
import type { Contender, Seat, Shape } from "./contender.ts";
import { startServers, type Servers } from "./process.ts";

export interface Times {
  readonly warmUpMs: number;
  readonly measureMs: number;
}

/** Senders in all, spread over the rooms. */
const SENDERS = 20;
/** Own posts of one sender under way at saturation; a relay of ours accepts no more of one session. */
const UNDER_WAY = 16;
/** Rooms are filled so many at once. */
const FILLING = 10;

export interface Saturation {
  readonly deliveriesPerSecond: number;
  /** Posts of the senders that came back to them. */
  readonly acceptedPerSecond: number;
  /** Share of one core that each process used. */
  readonly serverLoad: number;
  readonly loadLoad: number;
}

/** Rooms filled, senders first in each. The seats are closed before the server is. */
async function fillRooms(
  contender: Contender,
  ports: readonly number[],
  { rooms, members }: Shape,
): Promise<readonly (readonly Seat[])[]> {
  const senders = Math.max(1, Math.floor(SENDERS / rooms));
  const filled: (readonly Seat[])[] = [];
  while (filled.length < rooms) {
    const count = Math.min(FILLING, rooms - filled.length);
    const more = Array.from({ length: count }, () => contender.fill(ports, members, senders));
    filled.push(...(await Promise.all(more)));
  }
  return filled;
}

function closeAll(rooms: readonly (readonly Seat[])[]): void {
  for (const seat of rooms.flat()) seat.close();
}

const returnedTo = (seats: readonly Seat[]) =>
  seats.reduce((sum, seat) => sum + seat.returned(), 0);
const sumOf = (seats: readonly Seat[]) => seats.reduce((sum, seat) => sum + seat.delivered(), 0);

/** Deliveries a second when every sender always has UNDER_WAY posts on their way. */
export async function saturate(
  contender: Contender,
  shape: Shape,
  times: Times,
): Promise<Saturation> {
  const server = await startServers(contender);
  try {
    const rooms = await fillRooms(contender, server.ports, shape);
    const senders = rooms.flatMap((room) => room.slice(0, Math.max(1, SENDERS / shape.rooms)));
    const sent = new Map<Seat, number>(senders.map((seat) => [seat, 0]));
    let isOver = false;
    const top = () => {
      for (const [seat, count] of sent) {
        const free = UNDER_WAY - (count - seat.returned());
        if (free > 0) seat.send(free);
        sent.set(seat, count + Math.max(0, free));
      }
      if (!isOver) setImmediate(top);
    };
    top();
    const found = await observe(server, rooms.flat(), times);
    isOver = true;
    closeAll(rooms);
    return found;
  } finally {
    await server.stop();
  }
}

async function observe(server: Servers, seats: readonly Seat[], times: Times): Promise<Saturation> {
  await pause(times.warmUpMs);
  const before = {
    delivered: sumOf(seats),
    returned: returnedTo(seats),
    cpuMs: server.cpuMs(),
    own: process.cpuUsage(),
  };
  const startMs = performance.now();
  await pause(times.measureMs);
  const tookMs = performance.now() - startMs;
  const own = process.cpuUsage(before.own);
  return {
    deliveriesPerSecond: ((sumOf(seats) - before.delivered) * 1000) / tookMs,
    acceptedPerSecond: ((returnedTo(seats) - before.returned) * 1000) / tookMs,
    serverLoad: (server.cpuMs() - before.cpuMs) / tookMs,
    loadLoad: (own.user + own.system) / 1000 / tookMs,
  };
}

export interface Latency {
  readonly deliveriesPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** From sending to delivery at a steady rate of deliveries, seen by the senders' own connections. */
export async function pace(
  contender: Contender,
  shape: Shape,
  times: Times & { readonly deliveriesPerSecond: number },
): Promise<Latency> {
  const server = await startServers(contender);
  try {
    const rooms = await fillRooms(contender, server.ports, shape);
    const senders = rooms.flatMap((room) => room.slice(0, Math.max(1, SENDERS / shape.rooms)));
    const stop = sendSteadily(senders, times.deliveriesPerSecond / shape.members);
    await pause(times.warmUpMs);
    const ages: number[] = [];
    for (const seat of senders) seat.watch((ageMs) => ages.push(ageMs));
    const before = sumOf(rooms.flat());
    const startMs = performance.now();
    await pause(times.measureMs);
    const delivered = sumOf(rooms.flat()) - before;
    const tookMs = performance.now() - startMs;
    stop();
    closeAll(rooms);
    ages.sort((a, b) => a - b);
    const at = (share: number) => ages[Math.floor(ages.length * share)] ?? Number.NaN;
    return {
      deliveriesPerSecond: (delivered * 1000) / tookMs,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
    };
  } finally {
    await server.stop();
  }
}

/** Sends in turns, each post when it is due; catches up after a late timer. */
function sendSteadily(senders: readonly Seat[], postsPerSecond: number): () => void {
  const startMs = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startMs) * postsPerSecond) / 1000);
    for (; sent < due; sent++) senders[sent % senders.length]?.send(1);
  }, 2);
  return () => clearInterval(timer);
}

export interface Memory {
  readonly connections: number;
  readonly bytesPerConnection: number;
}

/** Resident memory of one idle connection, seated in a room. */
export async function weigh(contender: Contender, shape: Shape, settleMs: number): Promise<Memory> {
  const server = await startServers(contender);
  try {
    await pause(settleMs);
    const before = server.rssBytes();
    const rooms = await fillRooms(contender, server.ports, shape);
    await pause(settleMs);
    const connections = shape.rooms * shape.members;
    const bytesPerConnection = (server.rssBytes() - before) / connections;
    closeAll(rooms);
    return { connections, bytesPerConnection };
  } finally {
    await server.stop();
  }
}
