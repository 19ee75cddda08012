/** The part of exifreader that reads EXIF: its other formats are walked here anyway, and would cost 30 kB. */
declare module "exifreader/src/tags.js" {
  export type ExifTags = Partial<
    Record<string, { readonly value?: unknown; readonly description?: unknown }>
  >;
  const tags: {
    /** @throws Error where it is not EXIF, RangeError where it ends early */
    read(
      view: DataView,
      tiffHeaderOffset: number,
      isUnknownIncluded: boolean,
    ): { readonly tags: ExifTags };
  };
  export default tags;
}
