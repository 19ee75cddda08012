/** Why a relay ends a connection: whose move it is, and whether trying again makes sense. */

export interface CloseReason {
  readonly code: number;
  /** Sent as the close frame's reason. */
  readonly text: string;
  /** What a client does next: connect again with its session, rejoin with a new key, or stop and say so. */
  readonly next: "retry" | "rejoin" | "stop";
}

/** Codes below 4000 are RFC 6455's; 44xx are ours. */
export const CLOSE = {
  malformed: {
    code: 4400,
    text: "a frame that this relay cannot read: a bug of the client",
    next: "stop",
  },
  notAdmitted: {
    code: 4401,
    text: "the door did not open: wrong link, passphrase or signature",
    next: "stop",
  },
  outOfTurn: {
    code: 4402,
    text: "a frame that has no place in this state of the connection",
    next: "stop",
  },
  gone: { code: 4403, text: "this session has no seat any more", next: "rejoin" },
  ended: { code: 4404, text: "the room has ended", next: "stop" },
  replaced: { code: 4405, text: "a newer connection of this session has taken over", next: "stop" },
  full: { code: 4406, text: "the room is full", next: "stop" },
  upgradeRequired: {
    code: 4407,
    text: "client and relay, or room and relay, speak different versions",
    next: "stop",
  },
  exists: { code: 4408, text: "a room stands at this link already", next: "stop" },
  policy: { code: 1008, text: "too much, too fast", next: "retry" },
  notBinary: { code: 1003, text: "frames are binary", next: "stop" },
  internal: { code: 1011, text: "the relay failed; nothing acknowledged is lost", next: "retry" },
  restart: { code: 1012, text: "the relay restarts", next: "retry" },
  later: { code: 1013, text: "try again later", next: "retry" },
} as const satisfies { readonly [name: string]: CloseReason };

const BY_CODE = new Map<number, CloseReason>(
  Object.values(CLOSE).map((reason) => [reason.code, reason]),
);

/** What a client does after a close with this code; an unknown code is a lost connection. */
export function nextAfterClose(code: number): CloseReason["next"] {
  return BY_CODE.get(code)?.next ?? "retry";
}

/** No relay has reason to keep a client away longer. */
const MAX_RETRY_MS = 600_000;

/** The close frame's reason: why, and where given after how many ms to come back; at most 123 bytes. */
export function closeText(reason: CloseReason, retryAfterMs?: number): string {
  if (retryAfterMs === undefined) return reason.text;
  const wholeMs = Math.min(MAX_RETRY_MS, Math.max(0, Math.round(retryAfterMs)));
  return `${reason.text}; retry-ms=${wholeMs}`;
}

/** The relay's hint in ms, or null where the reason has none; a relay may write anything, so it is bounded. */
export function parseRetryMs(text: string): number | null {
  const digits = /; retry-ms=(0|[1-9][0-9]{0,5})$/.exec(text)?.[1];
  return digits === undefined ? null : Math.min(MAX_RETRY_MS, Number(digits));
}
