import { formatDay } from "./time.ts";

/** A day begins here. */
export function DayLine({ atMs, nowMs }: { readonly atMs: number; readonly nowMs: number }) {
  return (
    <p class="day">
      <span>{formatDay(atMs, nowMs)}</span>
    </p>
  );
}
