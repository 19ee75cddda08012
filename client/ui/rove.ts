/** Walking through a timeline line by line with the arrow keys; Tab passes it as one stop. */

/** Moves the focus from line to line. `edge` is called for Home ("start") and End ("end"). */
export function rove(event: KeyboardEvent, edge: (which: "start" | "end") => void): void {
  const box = event.currentTarget;
  if (!(box instanceof HTMLElement) || event.altKey || event.ctrlKey || event.metaKey) return;
  const lines = [...box.querySelectorAll<HTMLElement>(".line")];
  const focused = document.activeElement?.closest<HTMLElement>(".line") ?? null;
  const index = focused === null ? lines.length : lines.indexOf(focused);
  switch (event.key) {
    case "ArrowUp":
      focus(lines[Math.max(0, index - 1)]);
      break;
    case "ArrowDown":
      // From the last line on there is only the box itself: its end.
      if (index < lines.length - 1) focus(lines[index + 1]);
      break;
    case "Home":
      edge("start");
      break;
    case "End":
      edge("end");
      break;
    default:
      return;
  }
  event.preventDefault();
}

function focus(line: HTMLElement | undefined): void {
  line?.focus({ preventScroll: true });
  line?.scrollIntoView({ block: "nearest" });
}
