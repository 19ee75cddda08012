/** Grants of the relay ([M3]): asked for over the socket, again and again until there is an answer. */
import type { Bytes } from "../../../shared/bytes.ts";
import type { Clock, Stop } from "../../../shared/clock.ts";
import type { FileId } from "../../../shared/ids.ts";
import type { GrantRefusal } from "../../../shared/media.ts";
import type { ClientFrame, ServerFrame } from "../../../shared/protocol.ts";
import { wait } from "./wait.ts";

/** A relay that says nothing to a question is asked again. */
const ANSWER_MS = 8_000;
/** What will pass is asked again after so long. */
const AGAIN_MS = 2_000;
/** A grant that ends within so long is not relied upon. */
const SPARE_MS = 20_000;

export interface UploadGrant {
  readonly grant: Bytes;
  /** How many chunks the relay has of it. */
  readonly heldChunks: number;
}

type Answer = Extract<ServerFrame, { kind: "granted" | "not-granted" }>;
type Question =
  | { readonly kind: "ask-upload"; readonly file: FileId; readonly totalBytes: number }
  | { readonly kind: "ask-reading" };

export interface Grants {
  /** Waits for a seat and an answer, however long that takes; `stopped` only where `signal` says so. */
  upload(
    file: FileId,
    totalBytes: number,
    signal: AbortSignal,
  ): Promise<UploadGrant | GrantRefusal | "stopped">;
  /** One serves all files for minutes. */
  reading(signal: AbortSignal): Promise<Bytes | GrantRefusal | "stopped">;
  /** The relay refused it: another is asked for next. */
  readingRefused(grant: Bytes): void;
  answered(answer: Answer): void;
  /** Frames are heard from now on, in a seat. */
  seated(): void;
  unseated(): void;
  /** The room is over: nothing more is asked, and whoever waits is `stopped`. */
  close(): void;
}

export interface GrantsDeps {
  readonly clock: Clock;
  readonly send: (frame: ClientFrame) => void;
}

/** Neither a relay that is busy nor one that cannot reach its store means it for good. */
const passes = (reason: GrantRefusal): boolean => reason === "rate" || reason === "unavailable";

export function createGrants({ clock, send }: GrantsDeps): Grants {
  const asked = new Map<number, (answer: Answer | null) => void>();
  const whenSeated = new Set<() => void>();
  const over = new AbortController();
  let isSeated = false;
  let lastRef = 0;
  let reading: { readonly grant: Bytes; readonly untilMs: number } | null = null;
  let beingAsked: Promise<Answer | "stopped"> | null = null;

  const seat = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (isSeated || signal.aborted) return resolve();
      const go = (): void => {
        whenSeated.delete(go);
        signal.removeEventListener("abort", go);
        resolve();
      };
      whenSeated.add(go);
      signal.addEventListener("abort", go);
    });

  /** Null: no answer came. */
  function ask(question: Question): Promise<Answer | null> {
    const ref = (lastRef = (lastRef + 1) % 2 ** 31);
    return new Promise((resolve) => {
      let stop: Stop = () => undefined;
      const settle = (answer: Answer | null): void => {
        stop();
        asked.delete(ref);
        resolve(answer);
      };
      stop = clock.after(ANSWER_MS, () => settle(null));
      asked.set(ref, settle);
      send({ ...question, ref });
    });
  }

  async function insist(question: Question, wanted: AbortSignal): Promise<Answer | "stopped"> {
    const signal = AbortSignal.any([wanted, over.signal]);
    for (;;) {
      await seat(signal);
      if (signal.aborted) return "stopped";
      const answer = await ask(question);
      if (signal.aborted) return "stopped";
      const mustAsk = answer === null || (answer.kind === "not-granted" && passes(answer.reason));
      if (!mustAsk) return answer;
      await wait(clock, AGAIN_MS, signal);
    }
  }

  function unseated(): void {
    isSeated = false;
    reading = null;
    for (const settle of asked.values()) settle(null);
  }

  return {
    async upload(file, totalBytes, signal) {
      const answer = await insist({ kind: "ask-upload", file, totalBytes }, signal);
      if (answer === "stopped") return answer;
      return answer.kind === "granted" ? answer : answer.reason;
    },
    async reading(signal) {
      if (reading !== null && reading.untilMs > clock.now()) return reading.grant;
      // Several files are opened at once, and one answer serves them all.
      beingAsked ??= insist({ kind: "ask-reading" }, over.signal).finally(
        () => (beingAsked = null),
      );
      const answer = await Promise.race([beingAsked, stopped(signal)]);
      if (answer === "stopped" || signal.aborted) return "stopped";
      if (answer.kind === "not-granted") return answer.reason;
      reading = { grant: answer.grant, untilMs: clock.now() + answer.validMs - SPARE_MS };
      return answer.grant;
    },
    readingRefused(grant) {
      if (reading?.grant === grant) reading = null;
    },
    answered: (answer) => asked.get(answer.ref)?.(answer),
    seated() {
      isSeated = true;
      for (const go of whenSeated) go();
    },
    unseated,
    close() {
      over.abort();
      unseated();
    },
  };
}

const stopped = (signal: AbortSignal): Promise<"stopped"> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve("stopped");
    signal.addEventListener("abort", () => resolve("stopped"), { once: true });
  });
