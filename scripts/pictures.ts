/**
 * `npm run pictures [-- look …]`: draws every screen and state into pictures/, for people to look at. What
 * can be told with a real relay and real windows is; what cannot be brought about on purpose is shown from
 * client/ui/preview.
 */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { chosenLooks, type NamedLook } from "./pictures/looks.ts";
import { drawScenes } from "./pictures/scenes.ts";
import { tellStory } from "./pictures/story.ts";
import { ensureFfmpeg } from "./test/ffmpeg.ts";
import { run, ROOT } from "./test/run.ts";

const FOLDER = join(ROOT, "pictures");

/** Where the pictures of a look are kept, emptied. */
function folderOf({ name }: NamedLook): string {
  const folder = join(FOLDER, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

if ((await ensureFfmpeg()) === null) process.exit(1);
const looks = chosenLooks(process.argv.slice(2));
if ((await run("vite", ["build", "client", "--logLevel", "warn"])) !== 0) process.exit(1);
for (const look of looks) {
  const folder = folderOf(look);
  const complaints = await tellStory(look, folder);
  const drawn = await drawScenes(look, folder);
  console.log(`${look.name}: done, ${drawn} of them from the preview`);
  for (const complaint of complaints) console.log(`  ${complaint}`);
  if (complaints.length > 0) process.exitCode = 1;
}
