/** Lets whoever waits for a number go on when it is reached. */
export interface Milestones {
  /** Resolves when `number` is reached, or nothing more will be. */
  wait(number: number): Promise<void>;
  reached(number: number): void;
  /** Nothing more will be reached. */
  giveUp(): void;
}

/** Nobody waits. */
export function createMilestones(): Milestones {
  let waiting: { readonly number: number; readonly go: () => void }[] = [];

  function reached(number: number): void {
    const ready = waiting.filter((milestone) => milestone.number <= number);
    waiting = waiting.filter((milestone) => milestone.number > number);
    for (const { go } of ready) go();
  }

  return {
    wait: (number) => new Promise((resolve) => waiting.push({ number, go: resolve })),
    reached,
    giveUp: () => reached(Number.POSITIVE_INFINITY),
  };
}
