/**
 * Messages with files, from the person's choice until all their chunks are at the relay: one file goes up at a
 * time, in the order of the choice; when all of a message's are held, it is posted (DESIGN §6).
 */
import { signal, type Signal } from "@preact/signals-core";
import { fileIdOf, FILE_ID_BYTES } from "../../../shared/ids.ts";
import { createFileKey, type FileSeal } from "../../crypto/chunks.ts";
import { randomBytes } from "../../crypto/sodium.ts";
import type { AnnouncedFile } from "./announced.ts";
import type { Upload, UploadFailure } from "./attachment.ts";
import { createSending, type Sending } from "./sending.ts";
import type { TransferDeps } from "./transfer.ts";
import { createTurns } from "./turns.ts";
import { wait } from "./wait.ts";

/** A lease is two minutes ([M7]); what waits is asked for so often that one lost answer costs nothing. */
const KEEP_MS = 45_000;

/** A file on its way: its content, and what will be said of it. */
export interface OwnFile {
  readonly content: Blob;
  readonly meta: Omit<AnnouncedFile, keyof FileSeal>;
  readonly upload: Signal<Upload>;
}

export interface UploadsDeps extends TransferDeps {
  /** All files of that message are held: now it may be posted. */
  readonly held: (key: string, files: readonly AnnouncedFile[]) => void;
  /** One of them cannot go up. */
  readonly failed: (key: string, why: UploadFailure) => void;
}

export interface Uploads {
  add(key: string, files: readonly OwnFile[]): void;
  pause(file: OwnFile): void;
  resume(file: OwnFile): void;
  /** Gives the message up, with what the relay holds of it. False where it is not on its way. */
  cancel(key: string): boolean;
  /** Nothing of its files is left at the relay; its post was accepted. Where it is not reached soon, their time ends. */
  drop(key: string): void;
  /** It is not shown any more. */
  gone(key: string): void;
  /** It was held, but its post never left: makes sure that it still is, then says so again. */
  recheck(key: string): void;
  /** Its post was accepted or given up: its leases are not kept any more. */
  done(key: string): void;
  /** The seat is lost, and with it all that the relay held for it: everything goes again, under new keys. */
  seatLost(): void;
  /** How many messages are on their way. */
  count(): number;
  clear(): void;
}

interface Going {
  readonly file: OwnFile;
  readonly seal: FileSeal;
  readonly sending: Sending;
  isPaused: boolean;
  isRunning: boolean;
  /** Ends the present run; the next begins when it is resumed. */
  stopRun: AbortController;
  resume: () => void;
}

interface Job {
  readonly files: readonly OwnFile[];
  going: readonly Going[];
  /** Ends this attempt. */
  stop: AbortController;
  isHeld: boolean;
}

export function createUploads(deps: UploadsDeps): Uploads {
  const jobs = new Map<string, Job>();
  /** Of messages that were answered: by what their files can still be dropped. */
  const posted = new Map<string, readonly Going[]>();
  const turns = createTurns();

  function begin(key: string, job: Job): void {
    job.stop = new AbortController();
    job.isHeld = false;
    job.going = job.files.map((file) => goingOf(file, deps));
    const stop = job.stop.signal;
    void keep(job, stop);
    void run(key, job, stop);
  }

  async function run(key: string, job: Job, stop: AbortSignal): Promise<void> {
    for (const each of job.going) {
      const outcome = await sendOne(each, stop);
      if (stop.aborted) return;
      if (outcome === "held") continue;
      each.file.upload.value = { kind: "failed", why: outcome };
      job.stop.abort();
      jobs.delete(key);
      dropAll(job.going);
      deps.failed(key, outcome);
      return;
    }
    // The first may have been given up while the last went: asked once more, and sent again where need be.
    await Promise.all(job.going.map(({ sending }) => sending.keep(stop)));
    if (stop.aborted) return;
    if (!job.going.every(({ sending }) => sending.isHeld())) return run(key, job, stop);
    job.isHeld = true;
    deps.held(
      key,
      job.going.map(({ file, seal }) => ({ ...file.meta, ...seal })),
    );
  }

  async function sendOne(each: Going, stop: AbortSignal): Promise<"held" | UploadFailure> {
    const { file, sending } = each;
    while (!stop.aborted) {
      if (each.isPaused) {
        file.upload.value = { kind: "paused", sentBytes: sending.sentBytes() };
        await new Promise<void>((resolve) => {
          each.resume = resolve;
          stop.addEventListener("abort", () => resolve(), { once: true });
        });
        continue;
      }
      file.upload.value = { kind: "waiting" };
      const release = await turns.take(stop);
      each.stopRun = new AbortController();
      each.isRunning = true;
      const outcome = each.isPaused
        ? "stopped"
        : await sending.run(AbortSignal.any([stop, each.stopRun.signal]));
      each.isRunning = false;
      release();
      if (outcome === "held") file.upload.value = { kind: "done" };
      if (outcome !== "stopped") return outcome;
    }
    return "other";
  }

  /** What waits for others, or is held up by the person, is not to be lost to its lease. */
  async function keep(job: Job, stop: AbortSignal): Promise<void> {
    for (;;) {
      await wait(deps.clock, KEEP_MS, stop);
      if (stop.aborted) return;
      const waiting = job.going.filter(({ isRunning }) => !isRunning);
      await Promise.all(waiting.map(({ sending }) => sending.keep(stop)));
    }
  }

  const find = (file: OwnFile): Going | undefined =>
    [...jobs.values()].flatMap(({ going }) => going).find((each) => each.file === file);

  return {
    add(key, files) {
      const job: Job = { files, going: [], stop: new AbortController(), isHeld: false };
      jobs.set(key, job);
      begin(key, job);
    },
    pause(file) {
      const each = find(file);
      if (each === undefined || each.sending.isHeld()) return;
      each.isPaused = true;
      each.stopRun.abort();
      file.upload.value = { kind: "paused", sentBytes: each.sending.sentBytes() };
    },
    resume(file) {
      const each = find(file);
      if (each === undefined || !each.isPaused) return;
      each.isPaused = false;
      file.upload.value = { kind: "waiting" };
      each.resume();
    },
    cancel(key) {
      const job = jobs.get(key);
      if (job === undefined || job.isHeld) return false;
      jobs.delete(key);
      job.stop.abort();
      dropAll(job.going);
      return true;
    },
    drop(key) {
      dropAll(posted.get(key) ?? []);
    },
    gone(key) {
      posted.delete(key);
    },
    recheck(key) {
      const job = jobs.get(key);
      if (job === undefined || !job.isHeld) return;
      job.isHeld = false;
      void run(key, job, job.stop.signal);
    },
    done(key) {
      const job = jobs.get(key);
      if (job === undefined) return;
      job.stop.abort();
      jobs.delete(key);
      posted.set(key, job.going);
    },
    seatLost() {
      for (const [key, job] of jobs) {
        // Its post left and may stand: what is said of that is the outbox's.
        if (job.isHeld) continue;
        job.stop.abort();
        begin(key, job);
      }
    },
    count: () => [...jobs.values()].filter(({ isHeld }) => !isHeld).length,
    clear() {
      for (const { stop } of jobs.values()) stop.abort();
      jobs.clear();
      posted.clear();
    },
  };
}

function dropAll(going: readonly Going[]): void {
  for (const { sending } of going) void sending.drop();
}

function goingOf(file: OwnFile, deps: TransferDeps): Going {
  const seal = {
    file: fileIdOf(randomBytes(FILE_ID_BYTES)),
    key: createFileKey(),
    sizeBytes: file.content.size,
  };
  const sending = createSending(seal, file.content, deps, (progress) => {
    if (file.upload.value.kind !== "paused") file.upload.value = { kind: "going", ...progress };
  });
  return {
    file,
    seal,
    sending,
    isPaused: file.upload.value.kind === "paused",
    isRunning: false,
    stopRun: new AbortController(),
    resume: () => undefined,
  };
}

/** The signal of a file that was just chosen. */
export const waitingUpload = (): Signal<Upload> => signal<Upload>({ kind: "waiting" });
