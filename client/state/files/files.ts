/** All files of one room: those chosen, on their way, and in its timeline. */
import { toHex, type Bytes } from "../../../shared/bytes.ts";
import type { ClientFrame, ServerFrame } from "../../../shared/protocol.ts";
import { examine } from "../../media/examine.ts";
import { familyOf } from "../../media/kinds.ts";
import { headOf } from "../../media/sniff.ts";
import type { AnnouncedFile } from "./announced.ts";
import type { Attachment, ChosenFile, Draft, UploadFailure } from "./attachment.ts";
import { createGrants } from "./grants.ts";
import { createAttachment, type FileHost, type OpenAttachment, type Source } from "./opening.ts";
import { createReading } from "./reading.ts";
import type { TransferDeps } from "./transfer.ts";
import type { Station } from "./station.ts";
import { createUploads, waitingUpload, type OwnFile } from "./uploads.ts";

/** Of contents shown as a whole so many stay; the one opened first goes (HOSTILE 57). */
const MAX_SHOWN = 40;

export interface FilesDeps extends Omit<TransferDeps, "grants" | "station"> {
  /** What the host lends this room. */
  readonly station: Station;
  readonly host: FileHost;
  readonly randomBytes: (lengthBytes: number) => Bytes;
  readonly send: (frame: ClientFrame) => void;
  /** All files of that message of one's own are at the relay. */
  readonly held: (key: string, files: readonly AnnouncedFile[]) => void;
  readonly failed: (key: string, why: UploadFailure) => void;
}

export interface Files {
  /** What files are and what will be removed of them. Never rejects. */
  examine(chosen: readonly File[]): Promise<readonly Draft[]>;
  discard(drafts: readonly Draft[]): void;
  /** Sends them up for the message of one's own at `key`. */
  add(key: string, chosen: readonly ChosenFile[]): readonly Attachment[];
  /** What somebody else announced in the message at `key`. */
  announced(key: string, files: readonly AnnouncedFile[]): readonly Attachment[];
  /** The message at `key`, not announced yet, is given up; false where it is not. */
  cancel(key: string): boolean;
  /** What was chosen for the message at `key`, to be sent once more; null where it is not one's own. */
  chosen(key: string): readonly ChosenFile[] | null;
  /** The message at `key` was ready to be posted but never left: its files are made sure of. */
  recheck(key: string): void;
  /** Nothing of the files of the message at `key` is left at the relay; where it is not reached soon, their time ends. */
  drop(key: string): void;
  /** The message at `key` got its answer: it stands, or never will. */
  settled(key: string): void;
  /** The message at `key` is gone from the timeline. */
  gone(key: string): void;
  answered(answer: Extract<ServerFrame, { kind: "granted" | "not-granted" }>): void;
  /** In step with the relay: what waited for a seat is asked now. */
  seated(): void;
  unseated(): void;
  seatLost(): void;
  /** Messages on their way up. */
  count(): number;
  /** The room is over: everything is given back, and nothing more is asked. */
  clear(): void;
}

export function createFiles(deps: FilesDeps): Files {
  const { host, station } = deps;
  const grants = createGrants(deps);
  const reading = createReading({ ...deps, grants });
  const uploads = createUploads({ ...deps, grants });
  const attachments = new Map<string, readonly OpenAttachment[]>();
  const own = new Map<string, readonly ChosenFile[]>();
  let shownWhole: OpenAttachment[] = [];

  function shown(attachment: OpenAttachment): void {
    if (attachment.family !== "picture") return;
    shownWhole = [...shownWhole.filter((other) => other !== attachment), attachment];
    for (const old of shownWhole.splice(0, shownWhole.length - MAX_SHOWN)) old.close();
  }

  function draftOf(file: File, examined: Draft["examined"]): Draft {
    const isPicture = typeof examined === "object" && familyOf(examined.kind) === "picture";
    return {
      key: toHex(deps.randomBytes(8)),
      originalName: file.name,
      sizeBytes: file.size,
      examined,
      previewUrl: isPicture ? host.createUrl(examined.cleaned) : null,
    };
  }

  function attach({
    draft,
    alt,
  }: ChosenFile): { file: OwnFile; attachment: OpenAttachment } | null {
    const { examined } = draft;
    if (typeof examined === "string") return null;
    const { kind, name, dimensions, isAnimated, cleaned: content } = examined;
    const meta = { kind, name, dimensions, isAnimated, alt: alt.trim() };
    const file: OwnFile = { content, meta, upload: waitingUpload() };
    const source = localSource(content);
    const attachment = createAttachment(
      { key: draft.key, meta: { ...meta, sizeBytes: content.size }, source },
      { host, shown },
      file.upload,
      { pause: () => uploads.pause(file), resume: () => uploads.resume(file) },
    );
    return { file, attachment };
  }

  function remoteSource(file: AnnouncedFile): Source {
    return {
      isLocal: false,
      chunk: (index, signal) => reading.chunk(file, index, signal),
      whole: (signal, got) => reading.whole(file, signal, got),
    };
  }

  return {
    examine: (chosen) =>
      Promise.all(chosen.map(async (file) => draftOf(file, await examineShown(file, host)))),
    discard(drafts) {
      for (const { previewUrl } of drafts) if (previewUrl !== null) host.revokeUrl(previewUrl);
    },
    add(key, chosen) {
      const made = chosen.map(attach).filter((each) => each !== null);
      own.set(key, chosen);
      attachments.set(
        key,
        made.map(({ attachment }) => attachment),
      );
      uploads.add(
        key,
        made.map(({ file }) => file),
      );
      return attachments.get(key) ?? [];
    },
    announced(key, files) {
      const made = files.map((file) => {
        const upload = waitingUpload();
        upload.value = { kind: "done" };
        const parts = { key: file.file, meta: file, source: remoteSource(file) };
        return createAttachment(parts, { host, shown }, upload, NO_CONTROLS);
      });
      attachments.set(key, made);
      return made;
    },
    cancel: (key) => uploads.cancel(key),
    chosen: (key) => own.get(key) ?? null,
    recheck: (key) => uploads.recheck(key),
    drop: (key) => uploads.drop(key),
    settled: (key) => uploads.done(key),
    gone(key) {
      uploads.cancel(key);
      for (const attachment of attachments.get(key) ?? []) {
        attachment.forget();
        shownWhole = shownWhole.filter((other) => other !== attachment);
      }
      attachments.delete(key);
      own.delete(key);
      uploads.gone(key);
    },
    answered: (answer) => grants.answered(answer),
    seated: () => grants.seated(),
    unseated: () => grants.unseated(),
    seatLost: () => uploads.seatLost(),
    count: () => uploads.count(),
    clear() {
      uploads.clear();
      for (const all of attachments.values()) for (const each of all) each.forget();
      attachments.clear();
      own.clear();
      grants.close();
      station.close();
      host.player.close();
    },
  };
}

/** What few browsers show is sent as what all of them do, where this one can make it so. */
async function examineShown(file: File, host: FileHost): Promise<Draft["examined"]> {
  const examined = await examine(file, file.name);
  if (typeof examined === "string" || examined.kind !== "heic") return examined;
  const jpeg = await host.toJpeg(examined.cleaned);
  const made = jpeg === null ? null : await examine(jpeg, file.name.replace(/\.hei[cf]$/i, ""));
  if (made === null || typeof made === "string") return examined;
  return { ...made, removed: [...examined.removed, ...examined.kept] };
}

/** A content on the person's own machine. */
function localSource(content: Blob): Source {
  return {
    isLocal: true,
    // Only its first bytes are ever asked for so: what it is.
    chunk: () => headOf(content),
    whole: () => Promise.resolve(content),
  };
}

const NO_CONTROLS = { pause: () => undefined, resume: () => undefined };
