/** Which region a relay is of and where the others are: variables of `MAYFLY_MODE=kafka`. */
import { readFileSync, statSync } from "node:fs";
import * as v from "valibot";
import { FILE, wholeNumber } from "./config-values.ts";

export interface RegionConfig {
  /** This region's name, another one for each. */
  readonly name: string;
  /** Where relays of other regions listen for each other; none: this is the only region so far. */
  readonly peers: readonly string[];
  /** Null where there is nobody to share it with. */
  readonly secretFile: string | null;
  /** Where this relay listens for those of other regions. */
  readonly host: string;
  /** Null: it does not. 0: any free one. */
  readonly port: number | null;
}

const NAME = v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,32}$/, "allowed: 1 to 32 of a-z, 0-9 and -"));
const PEERS = v.pipe(
  v.string(),
  v.transform((text) => text.split(",").map((part) => part.trim())),
  v.array(
    v.custom<string>(
      isPeer,
      "allowed: a comma-separated list of addresses such as http://10.1.0.5:8788 (no path, no slash at the end)",
    ),
  ),
);
const HOST = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9.:_-]{1,253}$/, "allowed: an IP address or a host name"),
);

/** The variables, to stand among those of the configuration. */
export const REGION_ENTRIES = {
  REGION: v.optional(NAME),
  REGION_PEERS: v.optional(PEERS),
  REGION_SECRET_FILE: v.optional(FILE),
  REGION_HOST: v.optional(HOST, "127.0.0.1"),
  REGION_PORT: v.optional(wholeNumber(0, 65_535)),
};

const SCHEMA = v.object(REGION_ENTRIES);
export type RegionVariables = v.InferOutput<typeof SCHEMA>;

/** What the variables mean together in `kafka` mode; null, with complaints added, where they do not fit. */
export function parseRegion(said: RegionVariables, problems: string[]): RegionConfig | null {
  const before = problems.length;
  const { REGION: name, REGION_PEERS: peers = [], REGION_SECRET_FILE: secretFile } = said;
  const port = said.REGION_PORT ?? null;
  if (name === undefined) {
    problems.push("REGION: needed where MAYFLY_MODE is kafka: a name of this region, such as eu-1");
  }
  if (secretFile === undefined && (peers.length > 0 || port !== null)) {
    problems.push(
      "REGION_SECRET_FILE: needed where REGION_PEERS or REGION_PORT is set: a file with the secret that the regions share",
    );
  }
  if (problems.length > before || name === undefined) return null;
  return { name, peers, secretFile: secretFile ?? null, host: said.REGION_HOST, port };
}

/** What the operator should know of a configuration that is accepted. */
export function warnOfRegion({ peers, port }: RegionConfig): string[] {
  const warnings: string[] = [];
  if (peers.length > 0 && port === null)
    warnings.push("REGION_PORT: without it no other region can copy from this relay");
  if (peers.some((peer) => peer.startsWith("http:") && !isLocal(new URL(peer).hostname)))
    warnings.push(
      "REGION_PEERS: over http whoever is on the way sees which rooms there are; use https or a private network",
    );
  return warnings;
}

/** A line for each variable, for people. */
export function describeRegion(region: RegionConfig | null): string[] {
  if (region === null) return [];
  return [
    `REGION=${region.name}`,
    `REGION_PEERS=${region.peers.join(",")}`,
    `REGION_SECRET_FILE=${region.secretFile ?? ""}`,
    `REGION_HOST=${region.host}`,
    `REGION_PORT=${region.port ?? ""}`,
  ];
}

const LEAST_SECRET_BYTES = 32;
const MOST_SECRET_BYTES = 4_096;

/** The secret in the file; an end of line is not of it. The complaint repeats nothing that was read. */
export function loadRegionSecret(
  path: string,
):
  | { readonly secret: Uint8Array; readonly isOpenToOthers: boolean }
  | { readonly problem: string } {
  try {
    const text = readFileSync(path);
    const end = text.at(-1) === 0x0a ? -1 : text.length;
    const secret = new Uint8Array(text.subarray(0, end));
    if (secret.length < LEAST_SECRET_BYTES || secret.length > MOST_SECRET_BYTES) {
      return {
        problem: `REGION_SECRET_FILE: allowed: ${LEAST_SECRET_BYTES} bytes or more, such as the output of \`openssl rand -hex 32\``,
      };
    }
    return { secret, isOpenToOthers: (statSync(path).mode & 0o007) !== 0 };
  } catch {
    return { problem: "REGION_SECRET_FILE: the file cannot be read" };
  }
}

function isPeer(text: unknown): boolean {
  if (typeof text !== "string" || !URL.canParse(text)) return false;
  const url = new URL(text);
  return /^https?:$/.test(url.protocol) && url.origin === text;
}

function isLocal(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host);
}
