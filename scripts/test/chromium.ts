/** Finds the Chromium that browser tests run in; on Debian it installs one where it may. */
import { ensureProgram, findProgram, type Wanted } from "./program.ts";

const WANTED: Wanted = {
  names: [
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
    "Google Chrome",
    "Chromium",
  ],
  places: [
    "/usr/bin",
    "/usr/local/bin",
    "/snap/bin",
    "/Applications/Google Chrome.app/Contents/MacOS",
    "/Applications/Chromium.app/Contents/MacOS",
  ],
  variable: "CHROMIUM",
  debianPackage: "chromium",
  needed: "The browser tests need Chromium",
};

/** Path of a Chromium: the environment's CHROMIUM, or the first one found; null when there is none. */
export function findChromium(): string | null {
  return findProgram(WANTED);
}

/** Path of a Chromium, installed by apt-get if need be; null, with the reason printed, when none can be had. */
export function ensureChromium(): Promise<string | null> {
  return ensureProgram(WANTED);
}
