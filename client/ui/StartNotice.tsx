import { t } from "../i18n/i18n.ts";
import type { StartNotice as Notice } from "../state/view.ts";

const TEXTS = {
  "damaged-link": "start.damagedLink",
  "crypto-failed": "start.cryptoFailed",
} as const;

/** What went wrong before a room was reached. */
export function StartNotice({ notice }: { readonly notice: Notice | null }) {
  return notice === null ? null : (
    <p class="card-notice" role="alert">
      {t(TEXTS[notice])}
    </p>
  );
}
