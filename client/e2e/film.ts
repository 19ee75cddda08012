/** Films for tests, made on the spot. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { findFfmpeg } from "../../scripts/test/ffmpeg.ts";

const run = promisify(execFile);

/**
 * `fast-start`: MP4 whose index comes first, as made for the web; `index-last`: the same as a camera leaves it; `pieces`: MP4
 * made of pieces that follow each other; `sound`: its sound alone.
 */
export type FilmForm = "fast-start" | "index-last" | "pieces" | "sound";

const FLAGS: { readonly [form in FilmForm]: readonly string[] } = {
  "fast-start": ["-movflags", "+faststart"],
  "index-last": [],
  pieces: ["-movflags", "+frag_keyframe+empty_moov+default_base_moof"],
  sound: ["-vn"],
};

/** Noise, so that nothing can be packed away: every second is about as large as the next. */
const PICTURE = "testsrc2=size=960x540:rate=24,noise=alls=40:allf=t";
const SOUND = "sine=frequency=440:sample_rate=44100";
const CLIP_SECONDS = 6;
const MBITS = "12M";

export interface Film {
  readonly path: string;
  readonly sizeBytes: number;
}

export interface FilmStudio {
  /** About 43 MB for each 30 s, with sound; its length is a multiple of 6 s. */
  film(form: FilmForm, seconds?: number): Promise<Film>;
  /** The same as WebM, about as large; 30 s. */
  webm(): Promise<Film>;
  /** The films are deleted. */
  close(): Promise<void>;
}

/** @throws where there is no ffmpeg. */
export async function openFilmStudio(): Promise<FilmStudio> {
  const ffmpeg = findFfmpeg();
  if (ffmpeg === null) throw new Error("no ffmpeg; npm test says how to get one");
  const folder = await mkdtemp(join(tmpdir(), "mayfly-films-"));
  const make = (...args: readonly string[]) => run(ffmpeg, ["-v", "error", ...args]);
  const clip = join(folder, "clip.mp4");
  const sources = ["-f", "lavfi", "-i", PICTURE, "-f", "lavfi", "-i", SOUND];
  const rate = ["-b:v", MBITS, "-minrate", MBITS, "-maxrate", MBITS, "-bufsize", "2M", "-g", "24"];
  const picture = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", ...rate];
  await make(...sources, "-t", String(CLIP_SECONDS), ...picture, "-c:a", "aac", clip);
  const repeat = async (from: string, times: number, to: string, flags: readonly string[] = []) => {
    const path = join(folder, to);
    await make("-y", "-stream_loop", String(times - 1), "-i", from, "-c", "copy", ...flags, path);
    return { path, sizeBytes: (await stat(path)).size };
  };
  return {
    film(form, seconds = 30) {
      const times = Math.round(seconds / CLIP_SECONDS);
      return repeat(clip, times, `${form}-${seconds}.mp4`, FLAGS[form]);
    },
    async webm() {
      // This encoder is slow, so it is given little.
      const short = join(folder, "clip.webm");
      const fast = ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", ...rate];
      await make("-y", "-i", clip, "-t", "2", ...fast, "-c:a", "libopus", short);
      return repeat(short, 15, "film.webm");
    },
    close: () => rm(folder, { recursive: true }),
  };
}
