/** Sizes and times of files as people read them. */
import { locale } from "../../i18n/i18n.ts";

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** "3.1 MB": in steps of a thousand, as file managers count. */
export function formatSize(bytes: number, language = locale()): string {
  const step = bytes < 1_000 ? 0 : Math.min(3, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1_000 ** step;
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit: UNITS[step] ?? "byte",
    unitDisplay: step === 0 ? "long" : "short",
    maximumFractionDigits: step === 0 || value >= 100 ? 0 : 1,
  }).format(value);
}

/** "40 sec", "3 min": rounded up, so that it is not over before it says so. */
export function formatLeft(leftMs: number, language = locale()): string {
  const seconds = Math.ceil(leftMs / 1_000);
  const [value, unit] = seconds < 60 ? [seconds, "second"] : [Math.ceil(seconds / 60), "minute"];
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short" }).format(
    value,
  );
}
