/** Files of a client without a browser: the work is done where it is asked for, and what is saved is handed over. */
import { createChunkRequests, type Fetch } from "../../net/chunk-requests.ts";
import type { FileLoan } from "../room.ts";
import { createStation } from "./station.ts";

export interface HeadlessFiles {
  readonly fetch: Fetch;
  /** Of the relay, without a slash at its end. */
  readonly origin: string;
  readonly saved: (content: Blob, name: string) => void;
}

/** What `loadFiles` of a client needs to give. */
export function headlessFiles({ fetch, origin, saved }: HeadlessFiles): () => FileLoan {
  return () => ({
    station: createStation(createChunkRequests(fetch, origin)),
    host: {
      createUrl: (content) => URL.createObjectURL(content),
      revokeUrl: (url) => URL.revokeObjectURL(url),
      // Nothing here decodes pictures.
      toJpeg: () => Promise.resolve(null),
      save: saved,
      // Nothing here plays: what is played comes as a whole.
      player: { open: () => Promise.resolve(null), close: () => undefined },
    },
  });
}
