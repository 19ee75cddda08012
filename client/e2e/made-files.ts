/** Files for tests, made on the spot, with things in them that must not leave a person's machine. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { findFfmpeg } from "../../scripts/test/ffmpeg.ts";

const run = promisify(execFile);

export interface MadeFiles {
  readonly folder: string;
  /** 1,600 × 1,200, with `canary` as its camera, and where and when it was taken. */
  picture(name: string, canary: string): Promise<string>;
  /** An animated one of ten frames. */
  moving(name: string): Promise<string>;
  /** `canary` is its author. */
  pdf(name: string, canary: string): Promise<string>;
  text(name: string, text: string): Promise<string>;
  close(): Promise<void>;
}

/** @throws where there is no ffmpeg. */
export async function openFileStudio(): Promise<MadeFiles> {
  const ffmpeg = findFfmpeg();
  if (ffmpeg === null) throw new Error("no ffmpeg; npm test says how to get one");
  const folder = await mkdtemp(join(tmpdir(), "mayfly-files-"));
  const put = async (name: string, bytes: Uint8Array | string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, bytes);
    return path;
  };
  return {
    folder,
    async picture(name, canary) {
      const plain = join(folder, "plain.jpg");
      const source = ["-f", "lavfi", "-i", "testsrc2=s=1600x1200", "-frames:v", "1"];
      await run(ffmpeg, ["-v", "error", "-y", ...source, plain]);
      const bytes = await readFile(plain);
      return put(name, Buffer.concat([bytes.subarray(0, 2), exif(canary), bytes.subarray(2)]));
    },
    async moving(name) {
      const path = join(folder, name);
      const source = ["-f", "lavfi", "-i", "testsrc2=s=200x150:r=10:d=1", "-loop", "0"];
      await run(ffmpeg, ["-v", "error", "-y", ...source, path]);
      return path;
    },
    pdf: (name, canary) =>
      put(
        name,
        `%PDF-1.4\n1 0 obj\n<< /Author (${canary}) /Title (plan) >>\nendobj\ntrailer\n<< /Info 1 0 R >>\n%%EOF\n`,
      ),
    text: put,
    close: () => rm(folder, { recursive: true }),
  };
}

/** An APP1 segment as cameras write them (Exif 2.3 §4.5): maker, time, and a place in Tehran. */
function exif(canary: string): Buffer {
  const maker = Buffer.from(`${canary}\0`, "latin1");
  const time = Buffer.from("2026:11:20 14:03:00\0", "latin1");
  const place = rationals([35, 41, 21, 51, 23, 20]);
  const dataAt = 8 + directoryBytes(3) + directoryBytes(4);
  const [makerAt, timeAt] = [dataAt, dataAt + maker.length];
  const placeAt = timeAt + time.length;
  const main = directory([
    [0x010f, 2, maker.length, makerAt],
    [0x0132, 2, time.length, timeAt],
    [0x8825, 4, 1, 8 + directoryBytes(3)],
  ]);
  const gps = directory([
    [0x0001, 2, 2, "N".charCodeAt(0) * 2 ** 24],
    [0x0002, 5, 3, placeAt],
    [0x0003, 2, 2, "E".charCodeAt(0) * 2 ** 24],
    [0x0004, 5, 3, placeAt + 24],
  ]);
  const head = Buffer.from([0x4d, 0x4d, 0, 42, 0, 0, 0, 8]);
  const tiff = Buffer.concat([head, main, gps, maker, time, place]);
  const body = Buffer.concat([Buffer.from("Exif\0\0", "latin1"), tiff]);
  const marker = Buffer.from([0xff, 0xe1, 0, 0]);
  marker.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([marker, body]);
}

const directoryBytes = (entries: number): number => 2 + 12 * entries + 4;

/** Each entry: tag, type, count, value or where it is. */
function directory(entries: readonly (readonly [number, number, number, number])[]): Buffer {
  const bytes = Buffer.alloc(directoryBytes(entries.length));
  bytes.writeUInt16BE(entries.length, 0);
  for (const [at, [tag, type, count, value]] of entries.entries()) {
    const offset = 2 + 12 * at;
    bytes.writeUInt16BE(tag, offset);
    bytes.writeUInt16BE(type, offset + 2);
    bytes.writeUInt32BE(count, offset + 4);
    bytes.writeUInt32BE(value, offset + 8);
  }
  return bytes;
}

function rationals(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 8);
  for (const [at, value] of values.entries()) {
    bytes.writeUInt32BE(value, at * 8);
    bytes.writeUInt32BE(1, at * 8 + 4);
  }
  return bytes;
}
