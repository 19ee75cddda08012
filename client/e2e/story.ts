/** A world for each test of a file: opened before it, closed after it, and looked at for complaints. */
import { afterEach, beforeEach, expect, onTestFailed } from "vitest";
import { startWorld, type Window, type World } from "./world.ts";

export interface Story {
  /** The world of the test that runs. */
  readonly world: () => World;
  /** A window of the cast, by its person's name. */
  readonly person: (name: string) => Window;
}

/** Begins every test of this file in a world of its own, with a window for each of `cast`. */
export function tellStories(...cast: readonly string[]): Story {
  let world: World | null = null;
  const windows = new Map<string, Window>();

  const current = (): World => {
    if (world === null) throw new Error("no story is being told");
    return world;
  };
  beforeEach(async () => {
    const opened = await startWorld();
    world = opened;
    for (const name of cast) windows.set(name, await opened.open(name));
    onTestFailed(() => {
      console.error(`The relay's output:\n${opened.relay.output()}`);
      console.error(`Sockets:\n${opened.sockets().join("\n")}`);
    });
  });
  afterEach(async () => {
    const told = current();
    const complaints = told.complaints();
    await told.close();
    world = null;
    expect(complaints).toEqual([]);
  });
  return {
    world: current,
    person: (name) => {
      const window = windows.get(name);
      if (window === undefined) throw new Error(`${name} is not of the cast`);
      return window;
    },
  };
}
