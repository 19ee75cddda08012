import { NAME, t } from "../i18n/i18n.ts";
import type { NoticeItem } from "../state/view.ts";
import { Icon } from "./Icon.tsx";
import { Sentence } from "./Sentence.tsx";
import { Time } from "./Time.tsx";

type What = NoticeItem["what"];

/** Something may be missing or wrong here: these lines must not be overlooked, and say what to make of it. */
const MEANINGS = {
  founded: null,
  joined: null,
  left: null,
  gap: "notice.meaningGap",
  missing: "notice.meaningGap",
  unopened: "notice.meaningUnopened",
  "order-lost": "notice.meaningOrderLost",
  split: "notice.meaningSplit",
  rejoined: "notice.meaningRejoined",
  repeated: "notice.meaningRepeated",
  withdrawn: null,
} as const satisfies Record<What["kind"], string | null>;

/** A line of its own: "Ada joined at 14:30". */
export function Notice({ item }: { readonly item: NoticeItem }) {
  const { text, name } = wording(item.what);
  const meaning = MEANINGS[item.what.kind];
  const isGrave = meaning !== null;
  return (
    <div class={isGrave ? "notice notice-grave" : "notice"}>
      <p>
        {isGrave && <Icon name="warning" />}
        <Sentence text={text} name={name} /> {!isGrave && t("message.at")} <Time atMs={item.atMs} />
      </p>
      {meaning !== null && (
        <details class="meaning">
          <summary>{t("notice.meaning")}</summary>
          <p>{t(meaning)}</p>
        </details>
      )}
    </div>
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
    case "withdrawn":
      return what.isOwn
        ? { text: t("notice.withdrawnOwn"), name: "" }
        : { text: t("notice.withdrawn", { name }), name: what.nickname };
    case "repeated":
      return { text: t("notice.repeated", { name }), name: what.nickname };
  }
}
