import { film } from "./iso.ts";
import { isoImage } from "./iso-image.ts";
import { webm } from "./matroska.ts";
import type { Specimen } from "./parts.ts";
import { gif, jpeg, png, webp } from "./pictures.ts";
import { flac, mp3, ogg, wav } from "./sounds.ts";

/** One of every kind that is cleaned. */
export function allSpecimens(): readonly Specimen[] {
  return [
    jpeg(),
    png(),
    gif(),
    webp(),
    wav(),
    film("mp4"),
    film("mov"),
    film("m4a"),
    isoImage("avif"),
    isoImage("heic"),
    webm("webm"),
    webm("webm", true),
    webm("mkv"),
    mp3(),
    flac(),
    ogg("vorbis"),
    ogg("opus"),
  ];
}
