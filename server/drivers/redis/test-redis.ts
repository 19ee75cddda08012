/** Real Redis servers for tests, on free ports, nothing on a disk: one alone, or a cluster of three. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import type { RedisPlace } from "./servers.ts";

export interface TestRedis {
  readonly port: number;
  readonly place: RedisPlace;
  /** A client of the test's own. */
  readonly client: Redis;
  /** SIGSTOP and SIGCONT: it holds its connections and does not answer. */
  freeze(): void;
  thaw(): void;
  /** SIGKILL; whatever it held is gone. */
  kill(): Promise<void>;
  /** Starts it anew on the same port, empty. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface TestCluster {
  readonly place: RedisPlace;
  readonly nodes: readonly TestRedis[];
  /** Adds a replica of the server that holds this key; stop it before the cluster. */
  addReplica(key: string): Promise<TestRedis>;
  stop(): Promise<void>;
}

const CLUSTER_SLOTS = 16_384;
const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** A server of its own with these further arguments. @throws where there is no redis-server. */
export async function startRedis(...args: string[]): Promise<TestRedis> {
  const port = await freePort();
  const folder = mkdtempSync(join(ramFolder(), "mayfly-redis-"));
  const dropFolder = () => rmSync(folder, { recursive: true, force: true });
  let child = await launch(port, folder, args).catch((fault: unknown) => {
    dropFolder();
    throw fault;
  });
  const client = new Redis({ port, host: "127.0.0.1", retryStrategy: () => 50 });
  client.on("error", () => undefined);

  async function kill(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "close");
    child.kill("SIGKILL");
    await gone;
    running.delete(child);
  }

  return {
    port,
    place: { kind: "server", url: `redis://127.0.0.1:${port}` },
    client,
    freeze: () => void child.kill("SIGSTOP"),
    thaw: () => void child.kill("SIGCONT"),
    kill,
    async restart() {
      await kill();
      child = await launch(port, folder, args);
    },
    async stop() {
      client.disconnect();
      await kill();
      dropFolder();
    },
  };
}

/** Three servers that share the slots. */
export async function startCluster(): Promise<TestCluster> {
  const nodes: TestRedis[] = [];
  const addresses: { readonly port: number; readonly bus: number }[] = [];

  async function startNode(): Promise<{ readonly node: TestRedis; readonly bus: number }> {
    const bus = await freePort();
    const args = ["--cluster-enabled", "yes", "--cluster-port", String(bus)];
    return { node: await startRedis(...args), bus };
  }

  for (let i = 0; i < 3; i++) {
    const { node, bus } = await startNode();
    await node.client.call("CLUSTER", "SET-CONFIG-EPOCH", String(i + 1));
    nodes.push(node);
    addresses.push({ port: node.port, bus });
  }
  const [first] = nodes;
  for (const [i, { client }] of nodes.entries()) {
    const from = Math.ceil((i * CLUSTER_SLOTS) / 3);
    const last = Math.ceil(((i + 1) * CLUSTER_SLOTS) / 3) - 1;
    await client.call("CLUSTER", "ADDSLOTSRANGE", String(from), String(last));
    const { port = 0, bus = 0 } = addresses[i] ?? {};
    await first?.client.call("CLUSTER", "MEET", "127.0.0.1", String(port), String(bus));
  }
  await Promise.all(nodes.map(({ client }) => untilWhole(client, nodes.length)));

  async function addReplica(key: string): Promise<TestRedis> {
    const slot = Number(await first?.client.call("CLUSTER", "KEYSLOT", key));
    const holder = nodes[Math.floor((slot * 3) / CLUSTER_SLOTS)];
    const id = String(await holder?.client.call("CLUSTER", "MYID"));
    const { node, bus } = await startNode();
    await first?.client.call("CLUSTER", "MEET", "127.0.0.1", String(node.port), String(bus));
    const all = [...nodes, node].map(({ client }) => untilWhole(client, nodes.length + 1));
    await Promise.all(all);
    await node.client.call("CLUSTER", "REPLICATE", id);
    await until(async () => (await node.client.info("replication")).includes("link_status:up"));
    return node;
  }

  return {
    addReplica,
    place: {
      kind: "cluster",
      nodes: nodes.map(({ port }) => ({ host: "127.0.0.1", port })),
      username: "",
      password: "",
      isTls: false,
    },
    nodes,
    async stop() {
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };
}

/** Has `ms` pass for every key: each TTL is shorter by so much, and what is over is gone. */
export async function letPass({ client }: TestRedis, ms: number): Promise<void> {
  for (let cursor = "0"; ;) {
    const [next, keys] = await client.scan(cursor, "COUNT", 1_000);
    if (keys.length > 0) await shorten(client, keys, ms);
    if (next === "0") return;
    cursor = next;
  }
}

async function shorten(client: Redis, keys: readonly string[], ms: number): Promise<void> {
  const ask = client.pipeline();
  for (const key of keys) ask.pttl(key);
  const answers = (await ask.exec()) ?? [];
  const write = client.pipeline();
  for (const [i, key] of keys.entries()) {
    const leftMs = Number(answers[i]?.[1]);
    if (leftMs >= 0) write.pexpire(key, Math.max(leftMs - ms, 0));
  }
  await write.exec();
}

/** Settles when the node sees every slot served, and so many nodes. */
async function untilWhole(client: Redis, nodes: number): Promise<void> {
  await until(async () => {
    const facts = parseInfo(String(await client.call("CLUSTER", "INFO")));
    const isServed = facts.get("cluster_state") === "ok";
    return isServed && facts.get("cluster_known_nodes") === String(nodes);
  });
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 50));
}

function parseInfo(text: string): Map<string, string> {
  return new Map(
    text.split(/\r?\n/).flatMap((line): [string, string][] => {
      const [name = "", value] = line.split(":");
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

async function launch(port: number, folder: string, args: string[]): Promise<ChildProcess> {
  const binary = process.env["REDIS_SERVER"] ?? "redis-server";
  const fixed = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--logfile", ""];
  const nothingOnDisk = ["--save", "", "--appendonly", "no", "--repl-diskless-sync", "yes"];
  const atOnce = ["--repl-diskless-sync-delay", "0"];
  const child = spawn(binary, [...fixed, ...nothingOnDisk, ...atOnce, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  running.add(child);
  let printed = "";
  child.stdout.on("data", (part) => (printed += String(part)));
  const failed = once(child, "close").then(() => {
    throw new Error(`redis-server ended:\n${printed}`);
  });
  const missing = once(child, "error").then(([fault]: unknown[]) => {
    throw new Error(
      `these tests need redis-server (Debian: apt-get install redis-server; or REDIS_SERVER=/path): ${String(fault)}`,
    );
  });
  failed.catch(() => undefined);
  missing.catch(() => undefined);
  while (!printed.includes("Ready to accept connections")) {
    await Promise.race([once(child.stdout, "data"), failed, missing]);
  }
  return child;
}

/** Systems give the ports above to connections going out; one of those could take it before its server listens. */
const PORTS = { from: 10_000, to: 32_000 };

/** A port of this machine that nobody listens on. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = PORTS.from + Math.floor(Math.random() * (PORTS.to - PORTS.from));
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise<void>((resolve) => server.close(() => resolve()));
    return port;
  }
}

/** A folder in memory where there is one: a cluster's node writes its own configuration. */
function ramFolder(): string {
  try {
    accessSync("/dev/shm");
    return "/dev/shm";
  } catch {
    return tmpdir();
  }
}
