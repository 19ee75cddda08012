const PATHS = {
  lock: "M7 11V8a5 5 0 0 1 10 0v3M5 11h14v9H5z",
  warning: "M12 4 3 20h18L12 4zM12 10v5M12 17.5v.5",
  people:
    "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20a6.5 6.5 0 0 1 13 0M16 4.5a3.5 3.5 0 0 1 0 6.5M18 14a6.5 6.5 0 0 1 3.5 6",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  down: "M12 5v14M6 13l6 6 6-6",
  wait: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l3.5 2",
  check: "m5 13 4.5 4.5L19 7",
  another: "M20 11a8 8 0 1 0-2.3 6.3M20 4v7h-7",
} as const;

export type IconName = keyof typeof PATHS;

/** A small picture beside a text that says the same: never alone, so hidden from screen readers. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
