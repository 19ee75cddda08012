import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeServerFrame } from "../../shared/codec/server-frames.ts";
import { MAX_BATCH } from "../../shared/limits.ts";
import { anyRecord } from "../stories/any-frame.ts";
import { MAX_FRAME_SEALED_BYTES, pieces, recordFrames } from "./batches.ts";

test("[B2] frames hold every record once, in order, within both bounds, and no frame is empty", () => {
  fc.assert(
    fc.property(fc.array(anyRecord, { maxLength: 40 }), (records) => {
      const frames = recordFrames(records).map((bytes) => {
        const frame = decodeServerFrame(bytes);
        return frame?.kind === "records" ? frame.records : expect.unreachable();
      });
      expect(frames.flat().map(({ number }) => number)).toEqual(
        records.map(({ number }) => number),
      );
      for (const frame of frames) {
        const bytes = frame.reduce(
          (sum, record) => sum + ("sealed" in record ? record.sealed.length : 0),
          0,
        );
        expect(frame.length).toBeGreaterThan(0);
        expect(frame.length === 1 || bytes <= MAX_FRAME_SEALED_BYTES).toBe(true);
      }
    }),
    { numRuns: 50 },
  );
});

test("[B2] the 257th is in the next frame", () => {
  const items = Array.from({ length: MAX_BATCH + 1 }, (_, i) => i);
  expect(pieces(items).map((piece) => piece.length)).toEqual([MAX_BATCH, 1]);
  expect(pieces([])).toEqual([]);
});
