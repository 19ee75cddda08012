import { t } from "../i18n/i18n.ts";
import type { ClientView, OverReason } from "../state/view.ts";
import { Brand } from "./Brand.tsx";
import { ScreenTitle } from "./ScreenTitle.tsx";

const TEXTS = {
  left: ["over.left", "over.leftBody"],
  ended: ["over.ended", "over.endedBody"],
  "no-such-room": ["over.noSuchRoom", "over.noSuchRoomBody"],
  replaced: ["over.replaced", "over.replacedBody"],
  full: ["over.full", "over.fullBody"],
  "upgrade-required": ["over.upgradeRequired", "over.upgradeRequiredBody"],
  refused: ["over.refused", "over.refusedBody"],
} as const satisfies Record<OverReason, readonly [string, string]>;

interface OverScreenProps {
  readonly client: ClientView;
  readonly why: OverReason;
}

/** The room is over for this tab: why, and the way back. */
export function OverScreen({ client, why }: OverScreenProps) {
  const [title, body] = TEXTS[why];
  return (
    <div class="single">
      <header>
        <Brand />
      </header>
      <main class="card">
        <ScreenTitle>{t(title)}</ScreenTitle>
        <p>{t(body)}</p>
        <div class="actions">
          <button type="button" class="button button-main" onClick={() => client.restart()}>
            {t("over.again")}
          </button>
        </div>
      </main>
    </div>
  );
}
