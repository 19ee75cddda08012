import { formatDateTime, formatTime, machineTime } from "./time.ts";

/** A time of day; day and seconds on pointing at it. */
export function Time({ atMs }: { readonly atMs: number }) {
  return (
    <time class="time" dateTime={machineTime(atMs)} title={formatDateTime(atMs)}>
      {formatTime(atMs)}
    </time>
  );
}
