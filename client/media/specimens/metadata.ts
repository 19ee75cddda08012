/** EXIF, XMP and a colour profile, each with a canary in all that it can tell. */
import { CANARY, join, payload, u16, u32, zeros, type Part } from "./parts.ts";

/** A directory of entries: [tag, type, count, value]; values longer than four bytes follow it. */
function directory(
  from: number,
  entries: readonly (readonly [tag: number, type: number, count: number, value: Part])[],
  next = 0,
): Uint8Array<ArrayBuffer> {
  const heap: Uint8Array[] = [];
  let at = from + 2 + 12 * entries.length + 4;
  const rows = entries.map(([tag, type, count, value]) => {
    const bytes = join(value);
    const head = [...u16(tag), ...u16(type), ...u32(count)];
    if (bytes.length <= 4) return join(head, bytes, zeros(4 - bytes.length));
    heap.push(bytes);
    at += bytes.length;
    return join(head, u32(at - bytes.length));
  });
  return join(u16(entries.length), ...rows, u32(next), ...heap);
}

const rational = (...values: readonly (readonly [number, number])[]): number[] =>
  values.flatMap(([over, under]) => [...u32(over), ...u32(under)]);

/** TIFF that tells place, camera, days, people; with a thumbnail, and turned as asked. */
export function tiff(turn = 1): Uint8Array<ArrayBuffer> {
  const text = `${CANARY}\0`;
  const [photoAt, gpsAt, thumbnailAt] = [1_000, 2_000, 3_000];
  const image = directory(
    8,
    [
      [0x010e, 2, text.length, text],
      [0x010f, 2, 8, `Maker ${CANARY}\0`],
      [0x0112, 3, 1, u16(turn)],
      [0x0131, 2, text.length, text],
      [0x0132, 2, 20, "2024:05:01 12:00:00\0"],
      [0x013b, 2, text.length, text],
      [0x8769, 4, 1, u32(photoAt)],
      [0x8825, 4, 1, u32(gpsAt)],
    ],
    thumbnailAt,
  );
  const photo = directory(photoAt, [
    [0x9003, 2, 20, "2024:05:01 12:00:01\0"],
    [0x927c, 7, text.length, text],
    [0x9286, 7, text.length + 8, `ASCII\0\0\0${text}`],
    [0xa431, 2, text.length, text],
  ]);
  const gps = directory(gpsAt, [
    [1, 2, 2, "N\0"],
    [2, 5, 3, rational([48, 1], [51, 1], [30, 1])],
    [3, 2, 2, "E\0"],
    [4, 5, 3, rational([2, 1], [17, 1], [4_000, 100])],
    [0x1d, 2, 11, "2024:05:01\0"],
  ]);
  const thumbnail = directory(thumbnailAt, [[0x0201, 4, 1, u32(3_100)]]);
  const whole = join("MM\0\x2a", u32(8), zeros(3_200));
  whole.set(image, 8);
  whole.set(photo, photoAt);
  whole.set(gps, gpsAt);
  whole.set(thumbnail, thumbnailAt);
  whole.set(join(CANARY), 3_100);
  return whole;
}

export const XMP = `<?xpacket?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description rdf:about=""
 xmp:CreatorTool="${CANARY}" xmp:CreateDate="2024-05-01T12:00:00" exif:GPSLatitude="48,51.5N">
 <dc:creator><rdf:Seq><rdf:li>${CANARY}</rdf:li></rdf:Seq></dc:creator>
 <dc:title><rdf:Alt><rdf:li xml:lang="x-default">${CANARY}</rdf:li></rdf:Alt></dc:title>
 </rdf:Description></rdf:RDF></x:xmpmeta>`;

/** A profile of two colours' tags, with a description and a tag of a maker's own. */
export function profile(): Uint8Array<ArrayBuffer> {
  const table = 132 + 12 * 4;
  const description = join("desc", zeros(4), u32(CANARY.length + 1), CANARY, zeros(3));
  const maker = join("mmod", zeros(4), CANARY, zeros(3));
  const red = join("XYZ ", zeros(4), payload(12, 3));
  const curve = join("curv", zeros(4), u32(1), u16(0x0233), zeros(2));
  const tags = [
    ["desc", description],
    ["rXYZ", red],
    ["rTRC", curve],
    ["mmod", maker],
  ] as const;
  let at = table;
  const rows = tags.map(([name, bytes]) => {
    at += bytes.length;
    return join(name, u32(at - bytes.length), u32(bytes.length));
  });
  const body = join(u32(tags.length), ...rows, ...tags.map(([, bytes]) => bytes));
  const head = join(u32(128 + body.length), "appl", u32(0x02100000), "mntrRGB XYZ ");
  const device = join(zeros(4), "APPLcanaryCANARY");
  const header = join(head, u16(2024), zeros(10), "acsp", device, zeros(128));
  return join(header.subarray(0, 128), body);
}

/** What of the profile must stay. */
export const shownOfProfile = (): Uint8Array[] => [payload(12, 3), join("curv", zeros(4), u32(1))];
