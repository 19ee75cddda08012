/** The windows that pictures are taken of. */
import type { Look } from "../../client/e2e/world.ts";

export interface NamedLook {
  readonly name: string;
  readonly look: Look;
}

const PHONE = { width: 390, height: 844 };
const DESK = { width: 1440, height: 900 };

const LOOKS: readonly NamedLook[] = [
  { name: "phone-light", look: { ...PHONE, colorScheme: "light" } },
  { name: "phone-dark", look: { ...PHONE, colorScheme: "dark" } },
  { name: "desk-light", look: { ...DESK, colorScheme: "light" } },
  { name: "desk-dark", look: { ...DESK, colorScheme: "dark" } },
  { name: "phone-contrast", look: { ...PHONE, colorScheme: "light", contrast: "more" } },
  { name: "desk-contrast", look: { ...DESK, colorScheme: "dark", contrast: "more" } },
  { name: "phone-persian", look: { ...PHONE, colorScheme: "light", locale: "fa" } },
  { name: "desk-persian", look: { ...DESK, colorScheme: "dark", locale: "fa" } },
  { name: "small", look: { width: 320, height: 568, colorScheme: "light" } },
];

/** Those whose names begin with one of `words`; all of them where there are none. */
export function chosenLooks(words: readonly string[]): readonly NamedLook[] {
  return LOOKS.filter(
    ({ name }) => words.length === 0 || words.some((word) => name.startsWith(word)),
  );
}
