/** What a browser does for a room's files: a worker for their chunks, addresses, saving, playing. */
import { url as workerUrl } from "virtual:chunk-worker";
import type { FileLoan } from "./state/room.ts";
import { createPlayer } from "./media/playing/browser-player.ts";
import { scriptUrl } from "./media/script-url.ts";
import { createWorkerStation } from "./state/files/worker-station.ts";

/** Long enough for any browser to have taken over what is saved. */
const SAVE_MS = 60_000;

/** For one room: the worker ends with it, and whatever was in its memory. */
export function lendFiles(): FileLoan {
  const worker = new Worker(scriptUrl(workerUrl), { type: "module", name: "mayfly-chunks" });
  return {
    station: createWorkerStation(worker, () => worker.terminate()),
    host: {
      createUrl: (content) => URL.createObjectURL(content),
      revokeUrl: (url) => URL.revokeObjectURL(url),
      toJpeg,
      save,
      player: createPlayer(),
    },
  };
}

/** Of telephones' HEIC only Safari shows anything, and it is where such pictures are sent from. */
async function toJpeg(picture: Blob): Promise<Blob | null> {
  try {
    const bitmap = await createImageBitmap(picture);
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
    bitmap.close();
    return await canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 });
  } catch {
    return null;
  }
}

function save(content: Blob, name: string): void {
  const anchor = document.createElement("a");
  anchor.href = URL.createObjectURL(content);
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(anchor.href), SAVE_MS);
}
