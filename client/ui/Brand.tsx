import { t } from "../i18n/i18n.ts";

/** The name and mark at the top of every screen: its first heading. */
export function Brand() {
  return (
    <h1 class="brand" tabIndex={-1}>
      <svg class="brand-mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
        <path
          class="brand-wing"
          d="M15 17C9 16 4 11 4 5c6 0 11 5 11 12zM17 17c6-1 11-6 11-12-6 0-11 5-11 12z"
        />
        <path class="brand-body" d="M16 9v14M16 23l-4 6M16 23v7M16 23l4 6" />
      </svg>
      <span class="brand-name">{t("app.name")}</span>
    </h1>
  );
}
