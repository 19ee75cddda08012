/** Looks into a file before it is sent: what it is, what in it says more than its content shows, and it without that. */
import { measure } from "./dimensions.ts";
import type { Examined, ExamineFault } from "./examined.ts";
import { cleanName } from "./file-name.ts";
import { familyOf } from "./kinds.ts";
import { HEAD_BYTES, sniff } from "./sniff.ts";

/** Never rejects. */
export async function examine(file: Blob, name: string): Promise<Examined | ExamineFault> {
  try {
    const kind = sniff(new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer()));
    const isPicture = familyOf(kind) === "picture";
    const dimensions = isPicture ? await measure(file, kind) : null;
    if (dimensions === "too-many-pixels") return dimensions;
    if (isPicture && dimensions === null) return "broken";
    return {
      kind,
      name: cleanName(name, kind),
      dimensions,
      isAnimated: kind === "gif",
      removed: [],
      kept: [],
      isOpaque: true,
      cleaned: file,
    };
  } catch {
    return "unreadable";
  }
}
