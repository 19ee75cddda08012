/** Finds the Chromium that browser tests run in; on Debian it installs one where it may. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { run } from "./run.ts";

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const PLACES = [
  "/usr/bin",
  "/usr/local/bin",
  "/snap/bin",
  "/Applications/Google Chrome.app/Contents/MacOS",
  "/Applications/Chromium.app/Contents/MacOS",
];
const MAC_NAMES = ["Google Chrome", "Chromium"];

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Path of a Chromium: the environment's CHROMIUM, or the first one in the usual places; null when there is none. */
export function findChromium(): string | null {
  const named = process.env["CHROMIUM"];
  if (named !== undefined && named !== "") return isExecutable(named) ? named : null;
  const folders = [...(process.env["PATH"] ?? "").split(delimiter).filter(Boolean), ...PLACES];
  const paths = folders.flatMap((folder) =>
    [...NAMES, ...MAC_NAMES].map((name) => join(folder, name)),
  );
  return paths.find(isExecutable) ?? null;
}

/** What puts a word before a command that needs root: nothing, sudo, or null where neither works. */
async function asRoot(): Promise<readonly string[] | null> {
  if (process.getuid?.() === 0) return [];
  if (!isExecutable("/usr/bin/sudo")) return null;
  return (await run("sudo", ["-n", "true"])) === 0 ? ["sudo", "-n"] : null;
}

/** Path of a Chromium, installed by apt-get if need be; null, with the reason printed, when none can be had. */
export async function ensureChromium(): Promise<string | null> {
  const found = findChromium();
  if (found !== null) return found;
  const before = isExecutable("/usr/bin/apt-get") ? await asRoot() : null;
  if (before === null || process.env["CHROMIUM"] !== undefined) {
    console.error(
      "The browser tests need Chromium, and none was found. Install it (Debian, Ubuntu: " +
        "`sudo apt-get install -y chromium`), or name one: CHROMIUM=/path/to/chromium npm test",
    );
    return null;
  }
  console.log("No Chromium found; installing Debian's.");
  const apt = (...args: string[]) => {
    const [first = "apt-get", ...rest] = [...before, "apt-get", ...args];
    return run(first, rest, { DEBIAN_FRONTEND: "noninteractive" });
  };
  if ((await apt("update")) !== 0 || (await apt("install", "-y", "chromium")) !== 0) {
    console.error("apt-get could not install chromium: see above.");
    return null;
  }
  return findChromium();
}
