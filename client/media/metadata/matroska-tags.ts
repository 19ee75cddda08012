/** What Matroska's tags tell, and that there are chapters and attachments. */
import type { Cleaning, What } from "./cleaning.ts";
import { elementAt, type Sized } from "./matroska-elements.ts";
import { bytesOf, textOf } from "./source.ts";

export const ATTACHMENTS = 0x1941a469;
export const CHAPTERS = 0x1043a770;
const TAG = 0x7373;
const SIMPLE_TAG = 0x67c8;
const TAG_NAME = 0x45a3;
const TAG_VALUE = 0x4487;
const TAG_KINDS: { readonly [name: string]: What } = {
  TITLE: "comment",
  COMMENT: "comment",
  DESCRIPTION: "comment",
  ARTIST: "author",
  AUTHOR: "author",
  COPYRIGHT: "author",
  DATE: "dates",
  CREATION_TIME: "dates",
  DATE_RECORDED: "dates",
  ENCODER: "software",
  LOCATION: "location",
  RECORDING_LOCATION: "location",
  MAKE: "camera",
  MODEL: "camera",
};
const MOST_TEXT_BYTES = 400;
const MOST_DEPTH = 8;

/** Names and values of tags; of what is attached and of chapters, that they are there. @throws RangeError where they are damaged */
export async function noteTags(
  it: Cleaning,
  { id, content, to }: Sized,
  depth: number,
): Promise<void> {
  if (id === ATTACHMENTS) return it.found("thumbnail", "");
  if (id === CHAPTERS) return it.found("comment", "");
  if (depth > MOST_DEPTH) throw new RangeError("too deep");
  let name = "";
  for (let at = content; at < to;) {
    const element = await elementAt(it.source, at);
    const end = Math.min(element.to ?? to, to);
    const text = async (): Promise<string> =>
      textOf(
        bytesOf(
          await it.source.view(element.content, Math.min(end - element.content, MOST_TEXT_BYTES)),
        ),
      );
    if (element.id === TAG || element.id === SIMPLE_TAG)
      await noteTags(it, { ...element, to: end }, depth + 1);
    else if (element.id === TAG_NAME) name = await text();
    else if (element.id === TAG_VALUE) {
      const what = TAG_KINDS[name.toUpperCase()];
      // How long and how large a track is, its contents say as well.
      if (what !== undefined) it.found(what, await text());
      else if (!/^(DURATION|BPS|NUMBER_OF|_STAT)/.test(name))
        it.found("comment", `${name}: ${await text()}`);
    }
    at = end;
  }
}
