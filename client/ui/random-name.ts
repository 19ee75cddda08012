import { ADJECTIVES, ANIMALS } from "../i18n/names.ts";

/** A friendly nickname to propose, such as "Quiet Otter"; `random` as Math.random: no key comes from it. */
export function randomName(random: () => number = Math.random): string {
  const pick = (words: readonly string[]) => words[Math.floor(random() * words.length)] ?? "";
  return `${pick(ADJECTIVES)} ${pick(ANIMALS)}`;
}
