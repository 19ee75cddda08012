/** Measured values beside what issue and design allow. */

export interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** At most so much; null: printed for whoever reads, asserted by nobody. */
  readonly most: number | null;
}

const number = (value: number) =>
  value.toLocaleString("en", { maximumFractionDigits: Math.abs(value) < 10 ? 3 : 0 });

/** One line: what, how much, how much of what is allowed. */
export function lineOf({ what, value, unit, most }: Row): string {
  const measured = `${number(value)} ${unit}`.trimEnd().padStart(14);
  if (most === null) return `${what.padEnd(62)}${measured}`;
  const allowed = `of ${number(most)}`.padStart(11);
  const ratio = most === 0 ? "" : `× ${(value / most).toFixed(2)}`;
  const verdict = isBreach({ what, value, unit, most }) ? "BREACH" : "ok";
  return `${what.padEnd(62)}${measured}${allowed}${ratio.padStart(9)}  ${verdict}`;
}

/** True for what is more than allowed, and for what could not be measured. */
export const isBreach = ({ value, most }: Row): boolean => most !== null && !(value <= most);

/** The value below which `part` (0 … 1) of the values lie. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);
