/** Where Redis is: the variables of `MAYFLY_MODE=redis`, read strictly, since a URL's query can change a client's behaviour. */
import * as v from "valibot";

export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

/** One server, or the nodes of a cluster by which the others are found. */
export type RedisPlace =
  | { readonly kind: "server"; readonly url: string }
  | {
      readonly kind: "cluster";
      readonly nodes: readonly RedisNode[];
      /** Empty where there is none. */
      readonly username: string;
      readonly password: string;
      readonly isTls: boolean;
    };

export interface RedisConfig {
  readonly place: RedisPlace;
  /** The operator says so by name: Redis may write rooms to a disk. */
  readonly allowsPersistence: boolean;
}

const ALLOWED =
  "allowed: redis://user:password@host:port/number or rediss://… (user, password, port and number may be missing), or several without a number, comma-separated, with the same user and password: the nodes of a cluster";
const DEFAULT_PORT = 6379;

/** Text to place; every complaint is the same sentence, which repeats nothing of the text. */
export const REDIS_URL = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }): RedisPlace => {
    const place = parsePlace(dataset.value);
    if (place !== null) return place;
    addIssue({ message: ALLOWED });
    return NEVER;
  }),
);

/** "yes" and nothing like it. */
export const REDIS_ALLOW_PERSISTENCE = v.pipe(
  v.picklist(["yes", "no"], "allowed: yes, no"),
  v.transform((text) => text === "yes"),
);

function parsePlace(text: string): RedisPlace | null {
  const urls = text.split(",").map((part) => parseUrl(part.trim()));
  const [first] = urls;
  if (first === undefined || first === null) return null;
  if (urls.length === 1) return { kind: "server", url: first.href };
  const nodes: RedisNode[] = [];
  for (const url of urls) {
    if (url === null || !hasSameAccess(url, first) || /[^/]/.test(url.pathname)) return null;
    nodes.push({ host: hostOf(url), port: Number(url.port || DEFAULT_PORT) });
  }
  return {
    kind: "cluster",
    nodes,
    username: decodeURIComponent(first.username),
    password: decodeURIComponent(first.password),
    isTls: first.protocol === "rediss:",
  };
}

function parseUrl(text: string): URL | null {
  if (!/^rediss?:\/\/[^?#\s]+$/.test(text) || !URL.canParse(text)) return null;
  const url = new URL(text);
  const isPlain = /^(\/\d{0,4})?$/.test(url.pathname) && url.hostname !== "";
  return isPlain && canDecode(url.username) && canDecode(url.password) ? url : null;
}

function canDecode(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function hasSameAccess(a: URL, b: URL): boolean {
  return a.protocol === b.protocol && a.username === b.username && a.password === b.password;
}

/** Without the brackets of an IPv6 address. */
function hostOf({ hostname }: URL): string {
  return hostname.replaceAll(/^\[|\]$/g, "");
}

/** The place for people: user and password masked. */
export function describePlace(place: RedisPlace): string {
  if (place.kind === "server") {
    const { protocol, host, pathname, username, password } = new URL(place.url);
    return `${protocol}//${username || password ? "***@" : ""}${host}${pathname}`;
  }
  const scheme = place.isTls ? "rediss" : "redis";
  const access = place.username || place.password ? "***@" : "";
  return place.nodes
    .map(
      ({ host, port }) => `${scheme}://${access}${host.includes(":") ? `[${host}]` : host}:${port}`,
    )
    .join(",");
}
