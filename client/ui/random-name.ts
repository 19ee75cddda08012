import { t } from "../i18n/i18n.ts";

/** A friendly nickname to propose, such as "Quiet Otter"; `random` as Math.random: no key comes from it. */
export function randomName(random: () => number = Math.random): string {
  const pick = (words: string) => {
    const all = words.split(" ");
    return all[Math.floor(random() * all.length)] ?? "";
  };
  const adjective = pick(t("proposal.adjectives"));
  return t("proposal.name", { adjective, animal: pick(t("proposal.animals")) });
}
