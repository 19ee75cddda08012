/** Where a track's samples are (ISO/IEC 14496-12 §8.6–8.7). */
import { findBox, type Box } from "./iso-boxes.ts";
import type { Source } from "./source.ts";

export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Chunks of the track, one after the other; null where its tables are of a kind that is not read here. */
export async function readChunks(source: Source, track: Box): Promise<readonly Stretch[] | null> {
  const table = await findBox(source, track, "mdia", "minf", "stbl");
  if (table === null) return null;
  const read = async (type: string): Promise<DataView<ArrayBuffer> | null> => {
    const box = await findBox(source, table, type);
    return box === null ? null : source.view(box.content, box.to - box.content);
  };
  const [sizes, runs, near, far] = [
    await read("stsz"),
    await read("stsc"),
    await read("stco"),
    await read("co64"),
  ];
  const offsets = near ?? far;
  if (sizes === null || runs === null || offsets === null) return null;
  const placeOf = (chunk: number): number =>
    near === null ? Number(offsets.getBigUint64(8 + 8 * chunk)) : offsets.getUint32(8 + 4 * chunk);
  return stretches({ sizes, runs, chunks: offsets.getUint32(4), placeOf });
}

function stretches({
  sizes,
  runs,
  chunks,
  placeOf,
}: {
  readonly sizes: DataView;
  readonly runs: DataView;
  readonly chunks: number;
  readonly placeOf: (chunk: number) => number;
}): readonly Stretch[] {
  const [sameSize, samples] = [sizes.getUint32(4), sizes.getUint32(8)];
  const found: Stretch[] = [];
  let sample = 0;
  for (let chunk = 0, run = 0; chunk < chunks && sample < samples; chunk++) {
    const isNext = run + 1 < runs.getUint32(4) && runs.getUint32(8 + 12 * (run + 1)) <= chunk + 1;
    if (isNext) run++;
    const last = Math.min(sample + runs.getUint32(8 + 12 * run + 4), samples);
    let length = sameSize * (last - sample);
    if (sameSize === 0)
      for (let at = sample; at < last; at++) length += sizes.getUint32(12 + 4 * at);
    sample = last;
    const from = placeOf(chunk);
    found.push({ from, to: from + length });
  }
  return found;
}
