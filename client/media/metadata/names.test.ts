import { expect, test } from "vitest";
import { noteNamed, whatOf } from "./names.ts";

test("names of many formats tell the same", () => {
  for (const name of ["Artist", "ARTIST", "\xa9ART", "com.apple.quicktime.author", "IART", "TPE"])
    expect(whatOf(name)).toBe("author");
  for (const name of ["com.apple.quicktime.location.ISO6709", "LOCATION", "\xa9xyz", "GPSLatitude"])
    expect(whatOf(name)).toBe("location");
  for (const name of ["Creation Time", "CREATION_TIME", "date:create", "\xa9day"])
    expect(whatOf(name)).toBe("dates");
  for (const name of ["", "constructor", "__proto__", "x"]) expect(whatOf(name)).toBeUndefined();
});

test("an entry that is not known is told with its name, one that holds a picture without its bytes", () => {
  const told: string[] = [];
  const note = (what: string, value: string) => void told.push(`${what} ${value}`);
  noteNamed(note, "parameters", "a cat");
  noteNamed(note, "METADATA_BLOCK_PICTURE", "AAAA");
  expect(told).toEqual(["comment parameters: a cat", "thumbnail "]);
});
