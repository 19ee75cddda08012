/** One at a time, in the order of asking. */

export interface Turns {
  /** Resolves with what gives the turn back; at once, and to nothing, where `signal` is aborted first. */
  take(signal: AbortSignal): Promise<() => void>;
}

export function createTurns(): Turns {
  let last: Promise<void> = Promise.resolve();
  return {
    take(signal) {
      const before = last;
      let release = (): void => undefined;
      last = new Promise((resolve) => (release = resolve));
      return new Promise((resolve) => {
        // Who asks next waits for all before, so a turn that nobody wants any more is passed on in its place.
        void before.then(() => resolve(release));
        signal.addEventListener("abort", () => resolve(() => void before.then(release)), {
          once: true,
        });
        if (signal.aborted) resolve(() => void before.then(release));
      });
    },
  };
}
