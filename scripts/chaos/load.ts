/** People who write all the time, in turns, and who stop writing while too much of theirs waits. */
import type { Person } from "./person.ts";

const TICK_MS = 20;
/** A person with so many messages on their way waits with the next. */
const WAITING_MOST = 100;

export interface Load {
  /** Messages written so far. */
  written(): number;
  /** Messages a second since the start. */
  rate(): number;
  stop(): void;
}

export function startLoad(
  people: readonly Person[],
  messagesPerSecond: number,
  text: () => string,
): Load {
  const startMs = performance.now();
  let due = 0;
  let written = 0;
  let turn = 0;
  let endMs: number | null = null;

  function writeOne(): void {
    for (let i = 0; i < people.length; i++) {
      const person = people[turn++ % people.length];
      const room = person?.room() ?? null;
      if (room === null || room.pendingCount.value >= WAITING_MOST) continue;
      if (person?.say(text()) === true) written += 1;
      return;
    }
  }

  const timer = setInterval(() => {
    const dueNow = Math.floor(((performance.now() - startMs) * messagesPerSecond) / 1000);
    for (; due < dueNow; due++) writeOne();
  }, TICK_MS);

  return {
    written: () => written,
    rate: () => (written * 1000) / ((endMs ?? performance.now()) - startMs),
    stop() {
      clearInterval(timer);
      endMs = performance.now();
    },
  };
}
