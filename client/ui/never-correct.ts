/** As the `ref` of a field whose every letter counts: as a prop, "off" would set the boolean property to true. */
export function neverCorrect(field: HTMLInputElement | null): void {
  field?.setAttribute("autocorrect", "off");
}
