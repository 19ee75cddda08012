/** What Matroska's tags tell, and that there are chapters and attachments. */
import type { Cleaning } from "./cleaning.ts";
import { elementAt, type Sized } from "./matroska-elements.ts";
import { noteNamed } from "./names.ts";
import { broken } from "./source.ts";

export const ATTACHMENTS = 0x1941a469;
export const CHAPTERS = 0x1043a770;
const TAG = 0x7373;
const SIMPLE_TAG = 0x67c8;
const TAG_NAME = 0x45a3;
const TAG_VALUE = 0x4487;
const MOST_DEPTH = 8;

/** Names and values of tags; of what is attached and of chapters, that they are there. @throws RangeError where they are damaged */
export async function noteTags(
  it: Cleaning,
  { id, content, to }: Sized,
  depth: number,
): Promise<void> {
  if (id === ATTACHMENTS) return it.found("thumbnail", "");
  if (id === CHAPTERS) return it.found("comment", "");
  if (depth > MOST_DEPTH) throw broken();
  let name = "";
  for (let at = content; at < to;) {
    const element = await elementAt(it.source, at);
    const end = Math.min(element.to ?? to, to);
    const text = (): Promise<string> => it.source.text(element.content, end);
    if (element.id === TAG || element.id === SIMPLE_TAG) {
      await noteTags(it, { ...element, to: end }, depth + 1);
    } else if (element.id === TAG_NAME) name = await text();
    // How long and how large a track is, its contents say as well.
    else if (element.id === TAG_VALUE && !/^(DURATION|BPS|NUMBER_OF|_STAT)/.test(name)) {
      noteNamed(it.found, name, await text());
    }
    at = end;
  }
}
