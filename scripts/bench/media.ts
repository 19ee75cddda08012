/**
 * `npm run bench:media`: MB/s up and down through seal, relay, Redis and open, beside the same bytes unsealed
 * on the same way, and beside a bare HTTP server with a Map; then the relay's memory while 50 readers stream
 * a film. All in one run on one machine, with the load in this process. Prints, asserts nothing.
 * Options: `--megabytes=100`, `--readers=50`.
 */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import sodium from "libsodium-wrappers-sumo";
import { startRedis } from "../../server/drivers/redis/test-redis.ts";
import { equal, type Bytes } from "../../shared/bytes.ts";
import { fileIdOf, type FileId } from "../../shared/ids.ts";
import { CHUNK_BYTES } from "../../shared/limits.ts";
import { authorizationOf, chunkPath, SEALED_CHUNK_BYTES } from "../../shared/media.ts";
import { startBenchRelay } from "./media/relay.ts";
import { fetchAll, sendAll, type Door } from "./media/transfer.ts";

const { values } = parseArgs({
  options: {
    megabytes: { type: "string", default: "100" },
    readers: { type: "string", default: "50" },
  },
});
const MB = 1_000_000;
const count = Math.ceil((Number(values.megabytes) * MB) / CHUNK_BYTES);
const megabytes = (count * CHUNK_BYTES) / MB;
await sodium.ready;

const row = (...cells: readonly string[]) =>
  console.log(cells.map((cell, i) => (i === 0 ? cell.padEnd(44) : cell.padStart(12))).join(" "));
const whole = (value: number) => Math.round(value).toLocaleString("en");

/** MB/s of `work` on the film. */
async function speed(work: () => Promise<void>): Promise<number> {
  const startMs = performance.now();
  await work();
  return megabytes / ((performance.now() - startMs) / 1_000);
}

const film = Array.from({ length: 8 }, () => new Uint8Array(randomBytes(CHUNK_BYTES)));
const plainAt = (index: number): Bytes => film[index % film.length] ?? new Uint8Array();
const key = sodium.randombytes_buf(sodium.crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

function nonceOf(index: number): Uint8Array {
  const nonce = new Uint8Array(sodium.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
  new DataView(nonce.buffer).setUint32(20, index);
  return nonce;
}
const aad = new Uint8Array(32);
const seal = (index: number): Bytes =>
  sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
    plainAt(index),
    aad,
    null,
    nonceOf(index),
    key,
  ) as Bytes;
function open(index: number, sealed: Bytes): void {
  const opened = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
    null,
    sealed,
    aad,
    nonceOf(index),
    key,
  );
  if (!equal(opened, plainAt(index))) throw new Error("another chunk came back");
}
/** As long as a sealed one, so that both ways carry the same. */
const unsealed = film.map((chunk) => new Uint8Array(Buffer.concat([chunk, Buffer.alloc(16)])));

const redis = await startRedis();
const relay = await startBenchRelay(`redis://127.0.0.1:${redis.port}`);
const { member } = relay;
const reading = authorizationOf(await member.reading());
const doorOf = (file: FileId, authorization: string): Door => ({
  port: relay.port,
  path: (index) => chunkPath(member.routeId, file, index),
  authorization,
});
async function doorsOf(byte: number) {
  const file = fileIdOf(new Uint8Array(16).fill(byte));
  const grant = await member.upload(file, count * SEALED_CHUNK_BYTES);
  return { up: doorOf(file, authorizationOf(grant)), down: doorOf(file, reading), file };
}

async function plainServer(): Promise<{ readonly door: Door; stop(): void }> {
  const path = fileURLToPath(new URL("media/plain-server.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", path], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [port] = (await once(child.stdout, "data")) as [Buffer];
  const door = {
    port: Number(port.toString()),
    path: (i: number) => `/${i}`,
    authorization: "none",
  };
  return { door, stop: () => void child.kill() };
}

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "?"}`);
console.log(`a film of ${whole(megabytes)} MB in ${count} chunks of ${CHUNK_BYTES / 1024} KiB\n`);
row("", "up MB/s", "down MB/s");
const bare = await plainServer();
const bareUp = await speed(() => sendAll(bare.door, count, (i) => unsealed[i % 8] ?? plainAt(i)));
const bareDown = await speed(() => fetchAll(bare.door, count, () => undefined));
bare.stop();
row("bare HTTP server, a Map, nothing sealed", whole(bareUp), whole(bareDown));

// Once before it counts: the relay's code gets warm.
const warm = await doorsOf(1);
await sendAll(warm.up, count, (i) => unsealed[i % 8] ?? plainAt(i));
await fetchAll(warm.down, count, () => undefined);

const plain = await doorsOf(2);
const plainUp = await speed(() => sendAll(plain.up, count, (i) => unsealed[i % 8] ?? plainAt(i)));
const plainDown = await speed(() => fetchAll(plain.down, count, () => undefined));
row("relay, Redis; nothing sealed", whole(plainUp), whole(plainDown));
const sealed = await doorsOf(3);
const sealedUp = await speed(() => sendAll(sealed.up, count, seal));
const sealedDown = await speed(() => fetchAll(sealed.down, count, open));
row("seal, relay, Redis, open", whole(sealedUp), whole(sealedDown));
row(
  "ratio to the same unsealed",
  (sealedUp / plainUp).toFixed(2),
  (sealedDown / plainDown).toFixed(2),
);
row("ratio to the bare server", (sealedUp / bareUp).toFixed(2), (sealedDown / bareDown).toFixed(2));

const readers = Number(values.readers);
console.log(
  `\nthe relay's memory while ${readers} readers stream the film, one chunk after another each`,
);
const beforeBytes = relay.residentBytes();
let peakBytes = beforeBytes;
const look = setInterval(() => (peakBytes = Math.max(peakBytes, relay.residentBytes())), 50);
const startMs = performance.now();
const all = Array.from({ length: readers }, () => fetchAll(sealed.down, count, () => undefined, 1));
await Promise.all(all);
clearInterval(look);
const seconds = (performance.now() - startMs) / 1_000;
row(
  "before, at its highest, after (MB)",
  ...[beforeBytes, peakBytes, relay.residentBytes()].map((bytes) => whole(bytes / MB)),
);
row("delivered MB/s", whole((megabytes * readers) / seconds));
await relay.stop();
await redis.stop();
process.exit(0);
