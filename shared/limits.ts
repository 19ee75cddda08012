/** Every bound that both ends must agree on, with its unit. Operator-set limits are in server/config.ts. */

const KIB = 1024;
const MINUTE_MS = 60_000;

/** Largest frame that a relay reads. */
export const MAX_FRAME_BYTES = 80 * KIB;
/** Every envelope is one of these sizes, so that text length shows as one of few (DESIGN §4). */
export const BUCKETS_BYTES: readonly number[] = [
  512,
  KIB,
  2 * KIB,
  4 * KIB,
  8 * KIB,
  16 * KIB,
  32 * KIB,
  64 * KIB,
];
/** Largest sealed GroupInfo and largest sealed commit: both travel in one frame. */
export const MAX_GROUP_INFO_BYTES = 32 * KIB;
export const MAX_COMMIT_BYTES = 32 * KIB;
/** Largest sealed signal. */
export const MAX_SIGNAL_BYTES = KIB;
/** Longest text of a message, in UTF-8. */
export const MAX_TEXT_BYTES = 16 * KIB;
/** Nickname in UTF-8: keeps the GroupInfo of 100 members under 32 KiB. */
export const MAX_NICKNAME_BYTES = 48;

/** A file's chunks hold so many bytes each, the last one fewer (DESIGN §6; media.ts). */
export const CHUNK_BYTES = 256 * KIB;
/** What sealing adds to a chunk: the tag alone, since the nonce follows from the index. */
export const CHUNK_SEAL_BYTES = 16;
/** Chunks of one file, whatever an operator allows: 4 GiB. */
export const MAX_FILE_CHUNKS = 16 * KIB;
/** Files that one post may announce. */
export const MAX_POST_FILES = 16;
/** Longest grant of a relay; opaque to clients. */
export const MAX_GRANT_BYTES = 256;

export const MIN_MESSAGE_TTL_MS = MINUTE_MS;
export const MAX_MESSAGE_TTL_MS = 24 * 60 * MINUTE_MS;
export const MIN_MEMBER_CAP = 2;
export const MAX_MEMBER_CAP = 100;
export const MIN_GRACE_MS = 15_000;
export const MAX_GRACE_MS = 10 * MINUTE_MS;
export const DEFAULT_GRACE_MS = 2 * MINUTE_MS;
export const MIN_LIFETIME_MS = MINUTE_MS;
export const MAX_LIFETIME_MS = 24 * 60 * MINUTE_MS;

/** Posts of one session under way at once (DESIGN §2). */
export const MAX_POSTS_UNDER_WAY = 16;
/** Commit records that may be newer than the one a post names. */
export const MAX_NEWER_COMMITS = 4;
/** Records in one frame to or from a relay. */
export const MAX_BATCH = 256;

/** A joiner's turn (DESIGN §5.3). */
export const JOIN_LEASE_MS = 1_500;
/** A relay gathers re-founding proposals for so long (DESIGN §2, "the order was lost"). */
export const REFOUND_GATHER_MS = 2_000;
/** Acknowledged messages of the last so long are offered again after a re-founding. */
export const REOFFER_WINDOW_MS = 60_000;
/** One member's turn at a duty (DESIGN §4). */
export const DUTY_TURN_MS = 1_000;
/** A member repairs after a void commit at most this often. */
export const REPAIR_GAP_MS = 500;
/** A joiner waits this long for a confirm signal. */
export const CONFIRM_WAIT_MS = 5_000;
export const CONFIRM_TRIES = 3;
/** Seals are held this long at most after a leave, until its Remove stands (DESIGN §5.6). */
export const HOLD_AFTER_LEAVE_MS = 2_000;
/** Each member refreshes its keys once per so long of activity. */
export const KEY_REFRESH_MS = 30 * MINUTE_MS;

/** A relay pings this often, and drops who has been silent so long. */
export const HEARTBEAT_MS = 25_000;
export const SILENCE_MS = 45_000;
/** From the open socket to a valid `enter`. */
export const HANDSHAKE_MS = 10_000;
