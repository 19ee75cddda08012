import type { Signal } from "@preact/signals";
import { useId } from "preact/hooks";

interface ChoiceProps {
  readonly label: string;
  readonly value: Signal<number>;
  readonly choices: readonly number[];
  readonly textOf: (choice: number) => string;
}

/** One of a few numbers. */
export function Choice({ label, value, choices, textOf }: ChoiceProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        class="input"
        value={value.value}
        onChange={(event) => (value.value = Number(event.currentTarget.value))}
      >
        {choices.map((choice) => (
          <option key={choice} value={choice}>
            {textOf(choice)}
          </option>
        ))}
      </select>
    </div>
  );
}
