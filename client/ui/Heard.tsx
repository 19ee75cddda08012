import { useRef } from "preact/hooks";
import { t } from "../i18n/i18n.ts";
import type { TimelineItem } from "../state/view.ts";
import { Name } from "./Name.tsx";

/** As many as may come between two glances of a screen reader at the page. */
const KEPT = 5;

/**
 * Reads others' new messages to those who listen: author first, no time, nothing that was there before.
 * Apart from the timeline, whose lines also appear when one scrolls; and made of its items, so that
 * nothing is kept here that has expired there.
 */
export function Heard({ items }: { readonly items: readonly TimelineItem[] }) {
  const before = useRef(items.at(-1)?.key);
  const from = items.findIndex(({ key }) => key === before.current) + 1;
  const said = [];
  for (let i = items.length - 1; i >= from && said.length < KEPT; i -= 1) {
    const item = items[i];
    if (item?.kind === "message" && !item.isOwn) said.unshift(item);
  }
  return (
    <output
      class="visually-hidden heard"
      aria-live="polite"
      aria-relevant="additions"
      aria-atomic="false"
      aria-label={t("timeline.heard")}
    >
      {said.map((item) => (
        <p key={item.key}>
          <Name nickname={item.nickname} />
          {t("app.colon")}
          <bdi>{item.text}</bdi>
          {item.attachments.map(({ key, alt, name }) => (
            <span key={key}> {t("files.heard", { name: alt === "" ? name : alt })}</span>
          ))}
        </p>
      ))}
    </output>
  );
}
