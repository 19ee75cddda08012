/** Finds a program that tests need; on Debian it installs one where it may. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { run } from "./run.ts";

export interface Wanted {
  /** Most wanted first. */
  readonly names: readonly string[];
  /** Folders to look in beside those of PATH. */
  readonly places: readonly string[];
  /** Environment variable that names one. */
  readonly variable: string;
  readonly debianPackage: string;
  /** Beginning of a sentence for who has none. */
  readonly needed: string;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Path of the program: the one that the environment names, or the first one found; null when there is none. */
export function findProgram({ names, places, variable }: Wanted): string | null {
  const named = process.env[variable];
  if (named !== undefined && named !== "") return isExecutable(named) ? named : null;
  const folders = [...(process.env["PATH"] ?? "").split(delimiter).filter(Boolean), ...places];
  const paths = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  return paths.find(isExecutable) ?? null;
}

/** What puts a word before a command that needs root: nothing, sudo, or null where neither works. */
async function asRoot(): Promise<readonly string[] | null> {
  if (process.getuid?.() === 0) return [];
  if (!isExecutable("/usr/bin/sudo")) return null;
  return (await run("sudo", ["-n", "true"])) === 0 ? ["sudo", "-n"] : null;
}

/** Path of the program, installed by apt-get if need be; null, with the reason printed, when none can be had. */
export async function ensureProgram(wanted: Wanted): Promise<string | null> {
  const found = findProgram(wanted);
  if (found !== null) return found;
  const { variable, debianPackage, needed } = wanted;
  const before = isExecutable("/usr/bin/apt-get") ? await asRoot() : null;
  if (before === null || process.env[variable] !== undefined) {
    console.error(
      `${needed}, and none was found. Install it (Debian, Ubuntu: ` +
        `\`sudo apt-get install -y ${debianPackage}\`), or name one: ${variable}=/path npm test`,
    );
    return null;
  }
  console.log(`No ${debianPackage} found; installing Debian's.`);
  const apt = (...args: string[]) => {
    const [first = "apt-get", ...rest] = [...before, "apt-get", ...args];
    return run(first, rest, { DEBIAN_FRONTEND: "noninteractive" });
  };
  if ((await apt("update")) !== 0 || (await apt("install", "-y", debianPackage)) !== 0) {
    console.error(`apt-get could not install ${debianPackage}: see above.`);
    return null;
  }
  return findProgram(wanted);
}
