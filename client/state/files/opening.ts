/** One attachment of the timeline: shown, played, saved; and everything of it given back afterwards. */
import { signal, type Signal } from "@preact/signals-core";
import type { Bytes } from "../../../shared/bytes.ts";
import { CHUNK_BYTES } from "../../../shared/limits.ts";
import { measure } from "../../media/dimensions.ts";
import { familyOf, mimeOf, type FileKind } from "../../media/kinds.ts";
import type { Player } from "../../media/playing/player.ts";
import { headOf, sniff } from "../../media/sniff.ts";
import type { AnnouncedFile } from "./announced.ts";
import type { Attachment, Opened, OpenFailure, Saving, Upload } from "./attachment.ts";

/** Where a content comes from: a relay, or the person's own disk. */
export interface Source {
  chunk(index: number, signal: AbortSignal): Promise<Bytes | OpenFailure>;
  whole(signal: AbortSignal, got: (bytes: number) => void): Promise<Blob | OpenFailure>;
  /** The whole is there without being fetched. */
  readonly isLocal: boolean;
}

/** What the host does for files. */
export interface FileHost {
  createUrl(content: Blob): string;
  revokeUrl(url: string): void;
  /** The same picture as JPEG, upright; null where this browser cannot decode it. */
  toJpeg(picture: Blob): Promise<Blob | null>;
  /** Hands a content to the browser to be saved under that name. */
  save(content: Blob, name: string): void;
  readonly player: Player;
}

export interface OpeningDeps {
  readonly host: FileHost;
  /** It was opened: of those shown as a whole only the newest stay (HOSTILE 57). */
  readonly shown: (attachment: OpenAttachment) => void;
}

export interface OpenAttachment extends Attachment {
  readonly upload: Signal<Upload>;
  /** Stops and gives back everything for good. */
  readonly forget: () => void;
}

/** What an opening came to, and what gives that back; nobody but who takes it over may keep it. */
interface Opening {
  readonly now: Exclude<Opened, { kind: "closed" | "loading" }>;
  readonly giveBack: () => void;
}

type Meta = Omit<AnnouncedFile, "file" | "key">;

/** `controls` is what the person may do with its upload, where it is one's own. */
export function createAttachment(
  { key, meta, source }: { readonly key: string; readonly meta: Meta; readonly source: Source },
  { host, shown }: OpeningDeps,
  upload: Signal<Upload>,
  controls: Pick<Attachment, "pause" | "resume">,
): OpenAttachment {
  const { kind, sizeBytes } = meta;
  const family = familyOf(kind);
  const opened = signal<Opened>({ kind: "closed" });
  const saving = signal<Saving>({ kind: "idle" });
  let stopOpening = new AbortController();
  const stopSaving = new AbortController();
  let giveBack = nothing;

  async function openPicture(stop: AbortSignal): Promise<Opening> {
    const content = await whole(stop);
    if (typeof content === "string") return broken(content);
    const real = sniff(await headOf(content));
    if (familyOf(real) !== "picture") return broken("mislabelled");
    const measured = await measure(content, real);
    if (measured === null) return broken("mislabelled");
    if (measured === "too-many-pixels") return broken(measured);
    return shownAs(content, real);
  }

  const whole = (stop: AbortSignal): Promise<Blob | OpenFailure> =>
    source.whole(stop, (gotBytes) => {
      if (!stop.aborted) opened.value = { kind: "loading", gotBytes };
    });

  function shownAs(content: Blob, real: FileKind): Opening {
    const url = host.createUrl(content.slice(0, content.size, mimeOf(real)));
    return { now: { kind: "shown", url, way: "blob" }, giveBack: () => host.revokeUrl(url) };
  }

  async function openPlayed(stop: AbortSignal): Promise<Opening> {
    const head = await source.chunk(0, stop);
    if (typeof head === "string") return broken(head);
    const real = sniff(head);
    if (!isPlayed(real)) return broken("mislabelled");
    const playing = source.isLocal ? null : await openStream(mimeOf(real), stop);
    if (playing !== null) {
      const { url, way } = playing;
      return { now: { kind: "shown", url, way }, giveBack: () => playing.close() };
    }
    const content = await whole(stop);
    return typeof content === "string" ? broken(content) : shownAs(content, real);
  }

  function openStream(mime: string, over: AbortSignal) {
    return host.player.open({
      sizeBytes,
      mime,
      chunkBytes: CHUNK_BYTES,
      async read(index, stop) {
        const content = await source.chunk(index, stop);
        if (typeof content !== "string") return content;
        // The element only says that it failed; why is told here.
        if (!stop.aborted && !over.aborted) endAs({ kind: "broken", why: content });
        throw new Error(content);
      },
    });
  }

  function open(): void {
    if (family === "file") return;
    const was = opened.value.kind;
    if (was === "loading" || was === "shown") return;
    close();
    const stop = (stopOpening = new AbortController()).signal;
    opened.value = { kind: "loading", gotBytes: 0 };
    void openAs(family === "picture" ? openPicture : openPlayed, stop);
  }

  async function openAs(how: typeof openPicture, stop: AbortSignal): Promise<void> {
    // A file of one's own that was moved or deleted since cannot be read.
    const outcome = await how(stop).catch(() => broken("gone"));
    if (stop.aborted) return outcome.giveBack();
    ({ giveBack } = outcome);
    opened.value = outcome.now;
    if (outcome.now.kind === "shown") shown(attachment);
  }

  /** First everything is given back, then it is said. */
  function endAs(end: Opened): void {
    stopOpening.abort();
    giveBack();
    giveBack = nothing;
    opened.value = end;
  }

  const close = (): void => endAs({ kind: "closed" });

  async function save(): Promise<void> {
    if (saving.value.kind === "going") return;
    saving.value = { kind: "going", gotBytes: 0 };
    const content = await source.whole(stopSaving.signal, (gotBytes) => {
      saving.value = { kind: "going", gotBytes };
    });
    if (stopSaving.signal.aborted) return;
    if (typeof content === "string") {
      saving.value = { kind: "failed", why: content };
      return;
    }
    saving.value = { kind: "idle" };
    // Never by its own type: what is saved is not to be run by a browser on the way.
    host.save(content.slice(0, content.size, "application/octet-stream"), meta.name);
  }

  const attachment: OpenAttachment = {
    key,
    kind,
    family,
    name: meta.name,
    sizeBytes,
    dimensions: meta.dimensions,
    isAnimated: meta.isAnimated,
    alt: meta.alt,
    upload,
    opened,
    saving,
    open,
    close,
    save: () => void save(),
    ...controls,
    forget() {
      stopSaving.abort();
      close();
    },
  };
  return attachment;
}

const nothing = (): void => undefined;

const broken = (why: OpenFailure): Opening => ({
  now: { kind: "broken", why },
  giveBack: nothing,
});

const isPlayed = (kind: FileKind): boolean =>
  familyOf(kind) === "video" || familyOf(kind) === "audio";
