import { t } from "../i18n/i18n.ts";

/** The letters of the name, each one stroke. */
const WORD =
  "M3 26V12M3 18c0-8 10.5-8 10.5 0v8M13.5 18c0-8 10.5-8 10.5 0v8M44 12v14M44 19a7 7 0 1 1-14 0 7 7 0 1 1 14 0M49.5 12l6 14M61.5 12 54 30.5c-1 2.5-2.5 3.5-5 3.5M74.5 5c-4.5-1.5-6.5.5-6.5 5v16M65 13h8M79.5 4v22M85.5 12l6 14M97.5 12 90 30.5c-1 2.5-2.5 3.5-5 3.5";

/** The name and mark at the top of every screen: its first heading. */
export function Brand() {
  return (
    <h1 class="brand" tabIndex={-1}>
      <Mark />
      <svg class="brand-word" viewBox="0 0 100 36" aria-hidden="true" focusable="false">
        <path d={WORD} />
      </svg>
      <span class="visually-hidden">{t("app.name")}</span>
    </h1>
  );
}

/** A mayfly at rest: one wing upright, lit from above; two long tails. */
function Mark() {
  return (
    <svg class="brand-mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <linearGradient id="wing-light" x2="0" y2="1">
        <stop class="brand-dawn" />
        <stop class="brand-dusk" offset="1" />
      </linearGradient>
      <mask id="wing-veins">
        <path fill="#fff" d="M0 0h32v32H0z" />
        <path
          class="brand-vein"
          d="M11 21.5C10.5 14 13.5 7.5 20 1.5M11.5 21.2c4-3.7 7-8.2 8.8-13.7"
        />
      </mask>
      <path
        fill="url(#wing-light)"
        mask="url(#wing-veins)"
        d="M9.6 21.2C6.5 12.5 10.5 4.5 20 1.5c2.5 8-1 15.5-8.4 20z"
      />
      <path
        class="brand-body"
        d="M3.9 23.5c5.4-1.5 10.5-.4 16.3 3-3.6-5.2-9.9-8.4-16.5-6.4-2.3.7-1.9 3.9.2 3.4z"
      />
      <path
        class="brand-tails"
        d="M19.5 25.8c3.5 1.3 7 .2 10.5-4.8M19.5 25.8c3 2.3 6.5 3.2 11 2.7"
      />
    </svg>
  );
}
