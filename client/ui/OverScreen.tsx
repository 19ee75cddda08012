import { t } from "../i18n/i18n.ts";
import type { ClientView, OverReason } from "../state/view.ts";
import { Icon, type IconName } from "./Icon.tsx";
import { LinkInAddressBar } from "./LinkInAddressBar.tsx";
import { Reload } from "./Reload.tsx";
import { Telling } from "./Telling.tsx";

/** What happened and, unless it was the room's own end, what to do. */
const TEXTS = {
  left: { title: "over.left", body: "over.leftBody", advice: null },
  ended: { title: "over.ended", body: "over.endedBody", advice: null },
  "no-such-room": {
    title: "over.noSuchRoom",
    body: "over.noSuchRoomBody",
    advice: "over.noSuchRoomDo",
  },
  replaced: { title: "over.replaced", body: "over.replacedBody", advice: "over.replacedDo" },
  full: { title: "over.full", body: "over.fullBody", advice: "over.fullDo" },
  "upgrade-required": {
    title: "over.upgradeRequired",
    body: "over.upgradeRequiredBody",
    advice: "over.upgradeRequiredDo",
  },
  refused: { title: "over.refused", body: "over.refusedBody", advice: "over.refusedDo" },
} as const satisfies Record<OverReason, object>;

const ICONS: Readonly<Record<OverReason, IconName | null>> = {
  left: null,
  ended: null,
  "no-such-room": "broken",
  replaced: "copy",
  full: "people",
  "upgrade-required": "another",
  refused: "warning",
};

const WIPED = ["over.wipedMessages", "over.wipedKeys", "over.wipedName"] as const;

interface OverScreenProps {
  readonly client: ClientView;
  readonly why: OverReason;
}

/** The room is over for this tab: why, what is gone, and the way on. */
export function OverScreen({ client, why }: OverScreenProps) {
  const { title, body, advice } = TEXTS[why];
  const isGoodbye = advice === null;
  const needsReload = why === "upgrade-required" || why === "refused";
  const mayRetry = !isGoodbye && !needsReload && location.hash !== "";
  return (
    <Telling icon={ICONS[why]} title={t(title)} body={t(body)}>
      {isGoodbye ? <Wiped /> : <p>{t(advice)}</p>}
      <div class="actions actions-wide">
        {needsReload && <Reload />}
        {mayRetry && (
          <button
            type="button"
            class="button button-main"
            onClick={() => client.openLink(location.href)}
          >
            {t("over.retry")}
          </button>
        )}
        <button
          type="button"
          class={needsReload || mayRetry ? "button" : "button button-main"}
          onClick={() => client.restart()}
        >
          {t("over.again")}
        </button>
      </div>
      {isGoodbye && <LinkInAddressBar />}
    </Telling>
  );
}

/** A goodbye: what was wiped. */
function Wiped() {
  return (
    <>
      <h3>{t("over.wiped")}</h3>
      <ul class="signs">
        {WIPED.map((what) => (
          <li key={what}>
            <Icon name="check" />
            <span>{t(what)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
