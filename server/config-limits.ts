/** Limits that an operator may set, each by the name of its environment variable. */

export interface LimitSpec {
  readonly variable: string;
  readonly value: number;
  readonly least: number;
  readonly most: number;
  /** Read by people, in `--check` and in complaints. */
  readonly means: string;
}

/** What one address, one connection and one session may do. */
export const LIMIT_SPECS = {
  maxConnections: {
    variable: "LIMIT_CONNECTIONS",
    value: 10_000,
    least: 1,
    most: 1_000_000,
    means: "sockets of this relay at once",
  },
  socketsPerAddress: {
    variable: "LIMIT_SOCKETS_PER_ADDRESS",
    value: 20,
    least: 1,
    most: 1_000_000,
    means: "sockets of one address (IPv6: one /64) at once",
  },
  connectsPerMinute: {
    variable: "LIMIT_CONNECTS_PER_MINUTE",
    value: 600,
    least: 1,
    most: 10_000_000,
    means: "sockets that one address may open in a minute",
  },
  framesPerSecond: {
    variable: "LIMIT_FRAMES_PER_SECOND",
    value: 40,
    least: 1,
    most: 1_000_000,
    means: "frames of one connection, sustained; four times as many at once",
  },
  roomsPerMinute: {
    variable: "LIMIT_ROOMS_PER_MINUTE",
    value: 5,
    least: 1,
    most: 1_000_000,
    means: "rooms that one address may found in a minute",
  },
  refoundingsPerMinute: {
    variable: "LIMIT_REFOUNDINGS_PER_MINUTE",
    value: 60,
    least: 1,
    most: 1_000_000,
    means: "lost rooms that one address may found again in a minute",
  },
  joinsPerMinute: {
    variable: "LIMIT_JOINS_PER_MINUTE",
    value: 60,
    least: 1,
    most: 1_000_000,
    means: "joins of one address into one room in a minute",
  },
  postsPerSecond: {
    variable: "LIMIT_POSTS_PER_SECOND",
    value: 10,
    least: 1,
    most: 100_000,
    means: "posts of one session, sustained; four times as many at once",
  },
  commitsPerSecond: {
    variable: "LIMIT_COMMITS_PER_SECOND",
    value: 1,
    least: 1,
    most: 1_000,
    means: "commits of one session",
  },
  signalsPerSecond: {
    variable: "LIMIT_SIGNALS_PER_SECOND",
    value: 5,
    least: 1,
    most: 100_000,
    means: "signals of one session, sustained; four times as many at once",
  },
  roomBytes: {
    variable: "LIMIT_ROOM_BYTES",
    value: 64 * 1024 * 1024,
    least: 1024 * 1024,
    most: 512 * 1024 * 1024,
    means: "bytes of records that one room keeps",
  },
  mediaFileBytes: {
    variable: "LIMIT_MEDIA_FILE_BYTES",
    value: 256 * 1024 * 1024,
    least: 1,
    most: 4 * 1024 * 1024 * 1024,
    means: "bytes of one file",
  },
  mediaMemberBytes: {
    variable: "LIMIT_MEDIA_MEMBER_BYTES",
    value: 512 * 1024 * 1024,
    least: 1,
    most: 1024 * 1024 * 1024 * 1024,
    means: "bytes of the files of one session, held at once",
  },
  mediaMemberFiles: {
    variable: "LIMIT_MEDIA_MEMBER_FILES",
    value: 250,
    least: 1,
    most: 10_000,
    means: "files of one session, held at once",
  },
  mediaRoomBytes: {
    variable: "LIMIT_MEDIA_ROOM_BYTES",
    value: 512 * 1024 * 1024,
    least: 1,
    most: 1024 * 1024 * 1024 * 1024,
    means: "bytes of the files of one room, held at once",
  },
  mediaBytes: {
    variable: "LIMIT_MEDIA_BYTES",
    // Twice a room's: one room alone leaves the others space.
    value: 1024 * 1024 * 1024,
    least: 0,
    most: 64 * 1024 * 1024 * 1024 * 1024,
    means: "bytes of all files, held by this relay (memory) or its region (redis); 0: no files",
  },
  mediaRequests: {
    variable: "LIMIT_MEDIA_REQUESTS",
    value: 400,
    least: 1,
    most: 100_000,
    means: "requests for chunks (256 KiB each) at once",
  },
  mediaRequestsPerAddress: {
    variable: "LIMIT_MEDIA_REQUESTS_PER_ADDRESS",
    value: 100,
    least: 1,
    most: 100_000,
    means: "requests for chunks of one address at once",
  },
  mediaRequestsPerSession: {
    variable: "LIMIT_MEDIA_REQUESTS_PER_SESSION",
    value: 8,
    least: 1,
    most: 10_000,
    means: "requests for chunks of one session at once",
  },
  mediaRequestsPerSecond: {
    variable: "LIMIT_MEDIA_REQUESTS_PER_SECOND",
    value: 100,
    least: 1,
    most: 100_000,
    means: "requests for chunks of one session, sustained; four times as many at once",
  },
  drainMs: {
    variable: "LIMIT_DRAIN_MS",
    value: 20_000,
    least: 100,
    most: 600_000,
    means: "ms from SIGTERM to the exit at the latest",
  },
  retrySpreadMs: {
    variable: "LIMIT_RETRY_SPREAD_MS",
    value: 2_000,
    least: 0,
    most: 60_000,
    means: "ms over which clients of a stopping relay are told to come back",
  },
} as const satisfies { readonly [name: string]: LimitSpec };

export type Limits = { readonly [Name in keyof typeof LIMIT_SPECS]: number };
export type LimitName = keyof Limits;

/** Their names in the code, in the order above. */
export const LIMIT_NAMES = Object.keys(LIMIT_SPECS) as readonly LimitName[];
