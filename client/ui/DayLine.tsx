/** A day begins here. */
export function DayLine({ day }: { readonly day: string }) {
  return (
    <p class="day">
      <span>{day}</span>
    </p>
  );
}
