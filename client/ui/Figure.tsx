import type { SessionId } from "../../shared/ids.ts";
import { figureOf, memberClass } from "./figures.ts";

/** Somebody's figure, from the key. Stands beside a name, so it is hidden from screen readers. */
export function Figure({ session }: { readonly session: SessionId }) {
  const { upper, lower, tails, spots } = figureOf(session);
  const half = (
    <>
      <path d={upper} />
      <path class="figure-lower" d={lower} />
      <path class="figure-spots" d={spots} />
    </>
  );
  return (
    <svg
      class={`figure ${memberClass(session)}`}
      viewBox="0 0 32 32"
      aria-hidden="true"
      focusable="false"
    >
      {half}
      <g transform="matrix(-1 0 0 1 32 0)">{half}</g>
      <path class="figure-body" d="M16 12v11" />
      <path class="figure-tails" d={tails} />
    </svg>
  );
}
