/** What a chaos run prints: a row for each fault, over all its repetitions. */
import type { Outcome } from "./cell.ts";
import { ANOMALIES } from "./history.ts";

const COLUMNS: readonly (readonly [name: string, width: number])[] = [
  ["fault", 27],
  ["runs", 5],
  ["msg/s", 6],
  ["messages", 9],
  ["anomalies", 10],
  ["lost, told", 11],
  ["ack p50", 8],
  ["p99 ms", 8],
  ["outages", 8],
  ["resume p50", 11],
  ["p99 ms", 8],
  ["keys seen", 10],
  ["no TTL", 7],
  ["canary", 7],
  ["left", 5],
];

export function heading(): string {
  return line(COLUMNS.map(([name]) => name));
}

export function row(fault: string, outcomes: readonly Outcome[]): string {
  const sum = (of: (outcome: Outcome) => number): number =>
    outcomes.reduce((total, outcome) => total + of(outcome), 0);
  const ack = percentiles(outcomes.flatMap(({ ackMs }) => ackMs));
  const resume = percentiles(outcomes.flatMap(({ resumeMs }) => resumeMs));
  return line([
    fault,
    String(outcomes.length),
    (sum(({ writtenPerSecond }) => writtenPerSecond) / outcomes.length).toFixed(0),
    String(sum(({ written }) => written)),
    String(sum(anomaliesOf)),
    String(sum(({ verdict }) => verdict.honestlyLost)),
    ...ack,
    String(sum(({ resumeMs }) => resumeMs.length)),
    ...resume,
    String(sum(({ keys }) => keys.keys)),
    String(sum(({ keys }) => keys.withoutTtl.length)),
    String(sum(({ keys }) => keys.readable.length)),
    String(sum(({ keysLeft }) => keysLeft.length)),
  ]);
}

/** Which anomalies, which lines, and the first of what was found; nothing where all is well. */
export function details(outcome: Outcome, most = 12): readonly string[] {
  const { verdict, keysLeft, keys, clientFaults, complaints, note } = outcome;
  const kinds = ANOMALIES.filter((kind) => verdict.counts[kind] > 0).map(
    (kind) => `${kind} ${verdict.counts[kind]}`,
  );
  const told = Object.entries(verdict.lines).filter(([, count]) => count > 0);
  return [
    ...(note === "" ? [] : [note]),
    ...(kinds.length > 0 ? [`anomalies: ${kinds.join(", ")}`] : []),
    ...(told.length > 0 ? [`lines: ${told.map(([what, n]) => `${what} ${n}`).join(", ")}`] : []),
    ...verdict.findings.slice(0, most),
    ...clientFaults.slice(0, most).map((fault) => `client fault: ${fault}`),
    ...keysLeft.slice(0, most).map((key) => `key left: ${key}`),
    ...keys.withoutTtl.slice(0, most).map((key) => `key without TTL: ${key}`),
    ...keys.readable.slice(0, most).map((key) => `key with the canary: ${key}`),
    ...(outcome.isReadInKafka ? ["the canary stood in what Kafka keeps"] : []),
    ...[...new Set(complaints)].slice(-most).map((text) => `relay: ${text}`),
  ];
}

/** Everything that must be zero. */
export function anomaliesOf({ verdict }: Outcome): number {
  return ANOMALIES.reduce((sum, kind) => sum + verdict.counts[kind], 0);
}

/** p50 and p99, whole ms. */
export function percentiles(values: readonly number[]): readonly [string, string] {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): string => {
    const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
    if (value === undefined) return "–";
    return Number.isFinite(value) ? value.toFixed(0) : "never";
  };
  return [at(0.5), at(0.99)];
}

function line(cells: readonly string[]): string {
  return cells
    .map((cell, i) => {
      const width = COLUMNS[i]?.[1] ?? 0;
      return i === 0 ? cell.padEnd(width) : cell.padStart(width);
    })
    .join("");
}
