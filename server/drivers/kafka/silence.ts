/**
 * Which regions have been silent for 30 s in a partition. Timed by this relay's own clock, and only while
 * it hears itself: who was away first applies what was said meanwhile (DESIGN §2).
 */
import type { RegionName } from "./partition-records.ts";

/** A region without a heartbeat for so long counts as gone. */
export const SILENT_MS = 30_000;
/** Own heartbeats that take longer than this come from behind a backlog. */
const PROMPT_MS = 3_000;

export interface SilenceWatch {
  /** A heartbeat was produced here. */
  said(id: string, nowMs: number): void;
  /** One was applied; `id` tells an own one. */
  heard(region: RegionName, id: string, nowMs: number): void;
  /** Regions that have become silent since this was asked last. */
  newlySilent(nowMs: number): readonly RegionName[];
  /** True while own heartbeats come back promptly. */
  isPrompt(nowMs: number): boolean;
}

/** Knows of these regions, as if they had just been heard. */
export function createSilenceWatch(
  own: RegionName,
  regions: Iterable<RegionName>,
  nowMs: number,
): SilenceWatch {
  const heardAtMs = new Map(Array.from(regions, (region) => [region, nowMs]));
  const silent = new Set<RegionName>();
  const said = new Map<string, number>();
  let promptAtMs = Number.NEGATIVE_INFINITY;

  const isPrompt = (atMs: number): boolean => atMs - promptAtMs < PROMPT_MS;

  return {
    isPrompt,
    said(id, atMs) {
      said.set(id, atMs);
      for (const [old, oldMs] of said) if (atMs - oldMs > PROMPT_MS) said.delete(old);
    },
    heard(region, id, atMs) {
      heardAtMs.set(region, atMs);
      silent.delete(region);
      if (region !== own) return;
      const saidAtMs = said.get(id);
      if (saidAtMs === undefined || atMs - saidAtMs > PROMPT_MS) return;
      // Back from being away itself: nobody was silent to it before.
      if (!isPrompt(atMs)) for (const other of heardAtMs.keys()) heardAtMs.set(other, atMs);
      promptAtMs = atMs;
    },
    newlySilent(atMs) {
      if (!isPrompt(atMs)) return [];
      const found = Array.from(heardAtMs)
        .filter(([region, heardMs]) => atMs - heardMs >= SILENT_MS && !silent.has(region))
        .map(([region]) => region);
      for (const region of found) silent.add(region);
      return found.filter((region) => region !== own);
    },
  };
}
