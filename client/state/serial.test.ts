import { expect, it } from "vitest";
import { createSerial } from "./serial.ts";

/** A task that the test lets go on. */
function gate() {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it("runs one task at a time, in the order given, and goes on after one that fails", async () => {
  const faults: unknown[] = [];
  const told: string[] = [];
  const serial = createSerial((fault) => faults.push(fault));
  const first = gate();
  serial.run(async () => {
    told.push("first begins");
    await first.opened;
    told.push("first ends");
    throw new Error("a fault of ours");
  });
  serial.run(() => void told.push("second"));
  await settled();
  expect(told).toEqual(["first begins"]);
  first.open();
  await settled();
  expect(told).toEqual(["first begins", "first ends", "second"]);
  expect(faults).toEqual([new Error("a fault of ours")]);
});

it("closed, it wipes when the task that runs is through, and drops what waits", async () => {
  const told: string[] = [];
  const serial = createSerial(() => undefined);
  const running = gate();
  serial.run(async () => {
    await running.opened;
    told.push("still working with the keys");
  });
  serial.run(() => void told.push("too late"));
  serial.close(() => void told.push("wiped"));
  serial.run(() => void told.push("later still"));
  serial.close(() => void told.push("wiped twice"));
  await settled();
  expect(told).toEqual([]);
  running.open();
  await settled();
  expect(told).toEqual(["still working with the keys", "wiped"]);
});

it("closed while nothing runs, it wipes at once", () => {
  const told: string[] = [];
  const serial = createSerial(() => undefined);
  serial.close(() => void told.push("wiped"));
  expect(told).toEqual(["wiped"]);
});
