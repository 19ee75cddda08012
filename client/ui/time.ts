/**
 * Times for people, in the language that is spoken and the browser's zone. Senders' clocks may say anything, so a
 * time that no calendar has gives an empty text, never an exception.
 */
import { locale, t } from "../i18n/i18n.ts";

export const DAY_MS = 24 * 60 * 60_000;
/** Beyond this no Date exists (ECMA-262 §21.4.1.1). */
const MAX_DATE_MS = 8.64e15;

/** Where and how times are shown; undefined: in the person's variety of the language that is spoken, and where the browser is. */
export interface Place {
  readonly locale?: string;
  readonly timeZone?: string;
}

/** The time of day, such as "14:30"; empty for a time that does not exist. */
export function formatTime(atMs: number, place: Place = {}): string {
  return format(atMs, place, { hour: "2-digit", minute: "2-digit" });
}

/** Day and time in full, for those who ask. */
export function formatDateTime(atMs: number, place: Place = {}): string {
  return format(atMs, place, { dateStyle: "full", timeStyle: "medium" });
}

/** "Today", "Yesterday", or the day by name, as seen at `nowMs`. */
export function formatDay(atMs: number, nowMs: number, place: Place = {}): string {
  const days = dayNumber(nowMs, place) - dayNumber(atMs, place);
  if (days === 0) return t("timeline.today");
  if (days === 1) return t("timeline.yesterday");
  return format(atMs, place, { weekday: "long", day: "numeric", month: "long" });
}

/** A length of time in its largest whole unit, such as "1 hour"; for inside a sentence. */
export function formatDuration(durationMs: number): string {
  const minutes = Math.round(durationMs / 60_000);
  const [value, unit] = minutes % 60 === 0 ? [minutes / 60, "hour"] : [minutes, "minute"];
  return new Intl.NumberFormat(locale(), {
    style: "unit",
    unit,
    unitDisplay: "long",
  }).format(value);
}

/** For `<time datetime>`; undefined for a time that does not exist. */
export function machineTime(atMs: number): string | undefined {
  return exists(atMs) ? new Date(atMs).toISOString() : undefined;
}

/** Which calendar day it is where the person is; days in a row differ by one. NaN if it does not exist. */
export function dayNumber(atMs: number, place: Place = {}): number {
  if (!exists(atMs)) return Number.NaN;
  // Every zone's offset is a multiple of 15 minutes, so within such a slice the day is the same.
  // Neighbours in a timeline mostly share one; asking Intl for each would take most of a redraw.
  const slice = `${place.timeZone ?? ""} ${Math.floor(atMs / SLICE_MS)}`;
  if (slice === lastDay.slice) return lastDay.day;
  const parts = formatter({ ...place, locale: "en" }, DAY_PARTS).formatToParts(atMs);
  const value = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  const day = Math.round(Date.UTC(value("year"), value("month") - 1, value("day")) / DAY_MS);
  lastDay = { slice, day };
  return day;
}

const SLICE_MS = 15 * 60_000;
let lastDay = { slice: "", day: 0 };

const DAY_PARTS = {
  calendar: "gregory",
  year: "numeric",
  month: "numeric",
  day: "numeric",
} as const;

function exists(atMs: number): boolean {
  return Math.abs(atMs) <= MAX_DATE_MS;
}

function format(atMs: number, place: Place, options: Intl.DateTimeFormatOptions): string {
  return exists(atMs) ? formatter(place, options).format(atMs) : "";
}

/** Making a formatter costs far more than using it, and a long timeline uses it often. */
const formatters = new Map<string, Intl.DateTimeFormat>();
function formatter(place: Place, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const language = place.locale ?? locale();
  const key = JSON.stringify([language, place.timeZone, options]);
  let made = formatters.get(key);
  if (made === undefined) {
    const zone = place.timeZone === undefined ? {} : { timeZone: place.timeZone };
    made = new Intl.DateTimeFormat(language, { ...options, ...zone });
    formatters.set(key, made);
  }
  return made;
}
