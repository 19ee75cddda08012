import { NAME, t } from "../i18n/i18n.ts";
import type { NoticeItem } from "../state/view.ts";
import { Sentence } from "./Sentence.tsx";
import { Time } from "./Time.tsx";

type What = NoticeItem["what"];

/** Something may be missing or wrong here: these lines must not be overlooked. */
const GRAVE: ReadonlySet<What["kind"]> = new Set([
  "gap",
  "missing",
  "unopened",
  "order-lost",
  "split",
  "rejoined",
  "repeated",
]);

/** A line of its own: "Ada joined at 14:30". */
export function Notice({ item }: { readonly item: NoticeItem }) {
  const { text, name } = wording(item.what);
  const isGrave = GRAVE.has(item.what.kind);
  return (
    <p class={isGrave ? "notice notice-grave" : "notice"}>
      <Sentence text={text} name={name} /> {!isGrave && t("message.at")} <Time atMs={item.atMs} />
    </p>
  );
}

function wording(what: What): { readonly text: string; readonly name: string } {
  const name = NAME;
  switch (what.kind) {
    case "founded":
      return { text: t("notice.founded"), name: "" };
    case "joined":
      return what.isOwn
        ? { text: t("notice.joinedOwn"), name: "" }
        : { text: t("notice.joined", { name }), name: what.nickname };
    case "left":
      return { text: t("notice.left", { name }), name: what.nickname };
    case "gap":
      return { text: t("notice.gap", { count: what.count }), name: "" };
    case "missing":
      return { text: t("notice.missing", { name, count: what.count }), name: what.nickname };
    case "unopened":
      return { text: t("notice.unopened", { name }), name: what.nickname };
    case "order-lost":
      return { text: t("notice.orderLost"), name: "" };
    case "split":
      return what.nickname === null
        ? { text: t("notice.split"), name: "" }
        : { text: t("notice.splitBy", { name }), name: what.nickname };
    case "rejoined":
      return { text: t("notice.rejoined"), name: "" };
    case "repeated":
      return { text: t("notice.repeated", { name }), name: what.nickname };
  }
}
