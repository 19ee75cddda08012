import fc from "fast-check";
import { expect, test } from "vitest";
import { utf8 } from "./bytes.ts";
import { CLOSE, closeText, nextAfterClose, parseRetryMs } from "./close-codes.ts";

test("a hint that a relay writes is the hint that a client reads", () => {
  fc.assert(
    fc.property(fc.nat(600_000), (retryMs) => {
      expect(parseRetryMs(closeText(CLOSE.restart, retryMs))).toBe(retryMs);
    }),
  );
});

test("a close without a hint has none", () => {
  expect(closeText(CLOSE.gone)).toBe(CLOSE.gone.text);
  expect(parseRetryMs(closeText(CLOSE.gone))).toBeNull();
});

test.each([
  ["", null],
  ["retry-ms=5", null],
  ["x; retry-ms=", null],
  ["x; retry-ms=-1", null],
  ["x; retry-ms=1e9", null],
  ["x; retry-ms=007", null],
  ["x; retry-ms=1234567", null],
  ["x; retry-ms=5 ", null],
  ["x; retry-ms=999999", 600_000],
])("a stranger's reason %j reads as %j", (text, retryMs) => {
  expect(parseRetryMs(text)).toBe(retryMs);
});

test("a hint outside its bounds is written within them, a fraction whole", () => {
  expect(parseRetryMs(closeText(CLOSE.later, -5))).toBe(0);
  expect(parseRetryMs(closeText(CLOSE.later, 1e12))).toBe(600_000);
  expect(parseRetryMs(closeText(CLOSE.later, 12.4))).toBe(12);
});

test("every reason fits a close frame, hint included (RFC 6455 §5.5)", () => {
  for (const reason of Object.values(CLOSE)) {
    expect(utf8(closeText(reason, 1e12)).length).toBeLessThanOrEqual(123);
  }
});

test("each code says what comes next; an unknown one is a lost connection", () => {
  for (const reason of Object.values(CLOSE)) expect(nextAfterClose(reason.code)).toBe(reason.next);
  expect(nextAfterClose(1006)).toBe("retry");
});
