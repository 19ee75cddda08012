/** Which partitions this relay applies for its region: asks for all, starts and stops their owners. */
import type { Clock, Stop } from "../../../shared/clock.ts";
import type { RedisLink } from "../redis/link.ts";
import { partitionNames } from "./keys.ts";
import { createLease, type Lease } from "./lease.ts";
import type { Owner } from "./owner.ts";

/** A lease is renewed three times before it would end. */
const ASK_EVERY_MS = 600;
/** Who gave a partition to another relay leaves it the time to take it. */
const LEAVE_IT_MS = 2_000;

export interface OwnershipParts {
  readonly link: RedisLink;
  readonly clock: Clock;
  /** This relay's id. */
  readonly relay: string;
  readonly partitions: number;
  readonly start: (partition: number) => Owner;
}

export interface Ownership {
  /** The owner of a partition, if it is this relay. */
  ownerOf(partition: number): Owner | null;
  /** Gives every partition back. */
  close(): Promise<void>;
}

interface Share {
  readonly partition: number;
  readonly lease: Lease;
  owner: Owner | null;
  /** Not asked for before. */
  notBeforeMs: number;
  /** Ends what the lease's end would start. */
  stopEnd: Stop;
  isStopping: boolean;
}

/** Asks at once, and goes on asking. */
export function createOwnership(parts: OwnershipParts): Ownership {
  const { link, clock, relay, start } = parts;
  let isOpen = true;
  let stopAsking: Stop = () => undefined;
  const shares = Array.from({ length: parts.partitions }, (_, partition): Share => {
    const lease = createLease(link, partitionNames(partition), partition, relay);
    const idle = { owner: null, notBeforeMs: Number.NEGATIVE_INFINITY, isStopping: false };
    return { partition, lease, stopEnd: () => undefined, ...idle };
  });

  /** Stops applying; the scripts refuse whatever of it comes late. */
  async function yieldShare(share: Share): Promise<void> {
    const { owner } = share;
    share.stopEnd();
    if (owner === null || share.isStopping) return;
    share.isStopping = true;
    await owner.stop();
    share.owner = null;
    share.isStopping = false;
  }

  async function ask(share: Share): Promise<void> {
    const askedMs = clock.now();
    if (share.isStopping || askedMs < share.notBeforeMs) return;
    const got = await share.lease.ask(askedMs);
    if (got === null || !isOpen) return yieldShare(share);
    if (got.isOutranked) {
      share.notBeforeMs = askedMs + LEAVE_IT_MS;
      await yieldShare(share);
      return share.lease.give();
    }
    share.stopEnd();
    const leftMs = Math.max(got.untilMs - clock.now(), 0);
    share.stopEnd = clock.after(leftMs, () => void yieldShare(share));
    share.owner ??= start(share.partition);
  }

  function askAll(): void {
    // One that cannot be asked keeps what it has until its lease ends.
    for (const share of shares) ask(share).catch(() => undefined);
    stopAsking = clock.after(ASK_EVERY_MS, askAll);
  }

  askAll();
  return {
    ownerOf: (partition) => shares[partition]?.owner ?? null,
    async close() {
      isOpen = false;
      stopAsking();
      await Promise.all(
        shares.map(async (share) => {
          await yieldShare(share);
          await share.lease.give();
        }),
      );
    },
  };
}
