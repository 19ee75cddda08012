/** What named entries of many formats tell: one list for all of them, since they borrow from one another. */
import type { Note, What } from "./cleaning.ts";

/** In small letters, without signs; of a path only its last part. */
const NAMES: { readonly [W in What]?: string } = {
  location:
    "location iso6709 xyz loci gpmf gpslatitude gpslongitude city country sublocation recordinglocation",
  camera:
    "make model mak mod came firm lens lensmake lensmodel serialnumber cameraserialnumber bodyserialnumber lensserialnumber source isrc",
  dates:
    "date day creationdate creationtime createdate modifydate moddate datecreated datetime datetimeoriginal datetimedigitized datecreate datemodify daterecorded icrd yrrc tdr tye tda",
  software:
    "software processingsoftware hostcomputer encoder handlername vendorid swr too creatortool softwareagent producer isft ten tss",
  author:
    "author xpauthor artist cameraownername creator copyright rights credit performer composer organization contact encodedby art aart aut auth perf wrt cprt cpy iart icop ieng itch tpe tp1 tco tcm tow",
  comment:
    "comment title description subject headline keywords imagedescription usercomment xptitle xpcomment xpkeywords xpsubject album nam titl alb cmt des desc dscp inam icmt ikey isbj tit tt2 tal com",
  "original-name": "rawfilename originalrawfilename preservedfilename thumburi documentname tof",
  thumbnail: "thumbnails metadatablockpicture covr thmb api pic",
  other: "documentid originaldocumentid imageuniqueid makernote",
};
const KNOWN: ReadonlyMap<string, What> = new Map(
  Object.entries(NAMES).flatMap(([what, names]) =>
    names.split(" ").map((name) => [name, what as What] as const),
  ),
);

export function whatOf(name: string): What | undefined {
  return KNOWN.get((name.split(".").at(-1) ?? "").toLowerCase().replace(/[^a-z\d]/g, ""));
}

/** Notes an entry; one that is not known, with its name. */
export function noteNamed(note: Note, name: string, value: string): void {
  const what = whatOf(name);
  if (what === undefined) note("comment", `${name}: ${value}`);
  else note(what, what === "thumbnail" ? "" : value);
}
