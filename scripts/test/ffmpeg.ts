/** Finds the ffmpeg that makes the films of browser tests; on Debian it installs one where it may. */
import { ensureProgram, findProgram, type Wanted } from "./program.ts";

const WANTED: Wanted = {
  names: ["ffmpeg"],
  places: ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"],
  variable: "FFMPEG",
  debianPackage: "ffmpeg",
  needed: "The browser tests make their films with ffmpeg",
};

/** Path of an ffmpeg: the environment's FFMPEG, or the first one found; null when there is none. */
export function findFfmpeg(): string | null {
  return findProgram(WANTED);
}

/** Path of an ffmpeg, installed by apt-get if need be; null, with the reason printed, when none can be had. */
export function ensureFfmpeg(): Promise<string | null> {
  return ensureProgram(WANTED);
}
