/**
 * One thing at a time: the group's state is swapped between awaits, so two that run at once would
 * share a generation and lose one (DESIGN §4). Everything that touches the room goes through here.
 */
export interface Serial {
  /** Runs `task` after all given before it. Its failure goes to `failed`; the next one runs all the same. */
  run(task: () => Promise<void> | void): void;
  /**
   * Tasks not yet begun are dropped, and none is taken any more. `last` runs when the one that runs now
   * is through, else at once: what it wipes, nobody works with any more.
   */
  close(last: () => void): void;
}

export function createSerial(failed: (error: unknown) => void): Serial {
  const waiting: (() => Promise<void> | void)[] = [];
  let isRunning = false;
  let isClosed = false;

  async function drain(): Promise<void> {
    isRunning = true;
    for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) {
      try {
        await task();
      } catch (error) {
        failed(error);
      }
    }
    isRunning = false;
  }

  return {
    run(task) {
      if (isClosed) return;
      waiting.push(task);
      if (!isRunning) void drain();
    },
    close(last) {
      if (isClosed) return;
      isClosed = true;
      waiting.length = 0;
      waiting.push(last);
      if (!isRunning) void drain();
    },
  };
}
