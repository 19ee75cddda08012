/** What every driver of the media store must do: its own test file calls this with a way to make one. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Bytes } from "../../shared/bytes.ts";
import { fileIdOf, type FileId, type RouteId, type SessionId } from "../../shared/ids.ts";
import { SEALED_CHUNK_BYTES } from "../../shared/media.ts";
import type { Asker, MediaBounds, MediaStore, OwnFile } from "./media.ts";
import { ALICE, BOB, ROUTE, routeOf } from "./test-room.ts";

/** A fresh, empty store, and the world that it lives in. */
export interface MediaUnderTest {
  readonly media: MediaStore;
  /** Has the room stand with exactly these fields, or not at all. */
  readonly stands: (routeId: RouteId, fields: readonly string[] | null) => Promise<void>;
  /** Has that time pass for the store. */
  readonly passes: (ms: number) => Promise<void>;
  /** True where nothing of any file is left in it. */
  readonly isEmpty: () => Promise<boolean>;
  /** Another relay's store over the same. @throws where the driver is of one process. */
  readonly another: () => Promise<MediaStore>;
  readonly close: () => Promise<void>;
}

const LEASE_MS = 120_000;
const KEEP_MS = 600_000;
const BOUNDS: MediaBounds = {
  memberBytes: 4_000_000,
  memberFiles: 10,
  roomBytes: 6_000_000,
  storeBytes: 8_000_000,
};
const seatOf = (session: SessionId): string => `seat.${session}.since`;
const asker = (session: SessionId, routeId = ROUTE): Asker => ({
  routeId,
  session,
  seat: seatOf(session),
});
const fileNo = (byte: number): FileId => fileIdOf(new Uint8Array(16).fill(byte));
const own = (session: SessionId, byte = 1, totalBytes = 1_000, routeId = ROUTE): OwnFile => ({
  ...asker(session, routeId),
  file: fileNo(byte),
  totalBytes,
});
/** Bytes of every value, so that nothing of them is taken for text. */
const chunkNo = (seed: number, length = 1_000): Bytes =>
  Uint8Array.from({ length }, (_, i) => (i * 7 + seed) % 256);

/** Registers the suite; `create` makes the store under test, empty. */
export function describeMediaContract(
  name: string,
  { hasManyRelays }: { readonly hasManyRelays: boolean },
  create: () => MediaUnderTest | Promise<MediaUnderTest>,
): void {
  describe(`the media store: ${name}`, () => {
    let under: MediaUnderTest;
    let media: MediaStore;
    beforeEach(async () => {
      under = await create();
      media = under.media;
      await under.stands(ROUTE, [seatOf(ALICE), seatOf(BOB)]);
    });
    afterEach(() => under.close());

    const reserve = async (file: OwnFile, bounds = BOUNDS) => media.reserve(file, bounds, LEASE_MS);
    const put = async (file: OwnFile, index: number, chunk: Bytes) =>
      media.put(file, index, chunk, LEASE_MS);
    const reserved = (heldChunks = 0) => ({ kind: "reserved", heldChunks });
    const refused = (reason: string) => ({ kind: "refused", reason });

    test("[M5] what alice puts bob gets, byte for byte, each chunk on its own", async () => {
      const film = own(ALICE, 1, 2 * SEALED_CHUNK_BYTES + 40);
      expect(await reserve(film)).toEqual(reserved());
      const whole = chunkNo(1, SEALED_CHUNK_BYTES);
      expect(await put(film, 2, chunkNo(2, 40))).toBe("held");
      expect(await put(film, 0, whole)).toBe("held");
      expect(await media.get(asker(BOB), film.file, 2)).toEqual(chunkNo(2, 40));
      const got = await media.get(asker(BOB), film.file, 0);
      expect(got instanceof Uint8Array && Buffer.compare(got, whole) === 0).toBe(true);
      expect(await media.get(asker(BOB), film.file, 1)).toBe("no-chunk");
      expect(await media.get(asker(BOB), fileNo(9), 0)).toBe("no-file");
    });

    test("[M6] the same bytes again are held, others differ and change nothing", async () => {
      await reserve(own(ALICE));
      expect(await put(own(ALICE), 0, chunkNo(1))).toBe("held");
      expect(await put(own(ALICE), 0, chunkNo(1))).toBe("held");
      expect(await put(own(ALICE), 0, chunkNo(2))).toBe("differs");
      expect(await put(own(ALICE), 0, chunkNo(1, 999))).toBe("differs");
      expect(await media.get(asker(BOB), fileNo(1), 0)).toEqual(chunkNo(1));
    });

    test("[M3] asking again says how many chunks are held", async () => {
      await reserve(own(ALICE));
      await put(own(ALICE), 0, chunkNo(1));
      await put(own(ALICE), 3, chunkNo(2));
      expect(await reserve(own(ALICE))).toEqual(reserved(2));
      await media.announce(ROUTE, ALICE, [fileNo(1)], KEEP_MS);
      expect(await reserve(own(ALICE))).toEqual(reserved(2));
    });

    test("[M4] a file that was not reserved takes nothing", async () => {
      expect(await put(own(ALICE), 0, chunkNo(1))).toBe("no-file");
      expect(await under.isEmpty()).toBe(true);
    });

    test("[M4] another session's file, or one of another size, is taken", async () => {
      await reserve(own(ALICE));
      await put(own(ALICE), 0, chunkNo(1));
      expect(await reserve(own(BOB))).toEqual(refused("taken"));
      expect(await reserve(own(ALICE, 1, 2_000))).toEqual(refused("taken"));
      expect(await put(own(BOB), 1, chunkNo(1))).toBe("no-file");
      expect(await put(own(ALICE, 1, 2_000), 1, chunkNo(1))).toBe("no-file");
      expect(await media.drop(asker(BOB), fileNo(1))).toBe(false);
      expect(await media.get(asker(BOB), fileNo(1), 0)).toEqual(chunkNo(1));
    });

    test("[M9] where no room stands nothing is reserved, written, read or deleted", async () => {
      await reserve(own(ALICE));
      await put(own(ALICE), 0, chunkNo(1));
      await under.stands(ROUTE, null);
      expect(await reserve(own(ALICE, 2))).toEqual(refused("no-room"));
      expect(await reserve(own(ALICE))).toEqual(refused("no-room"));
      expect(await put(own(ALICE), 1, chunkNo(1))).toBe("no-room");
      expect(await media.get(asker(BOB), fileNo(1), 0)).toBe("no-room");
      expect(await media.drop(asker(ALICE), fileNo(1))).toBe("no-room");
    });

    test("[M5] who has no seat gets nothing", async () => {
      await reserve(own(ALICE));
      await put(own(ALICE), 0, chunkNo(1));
      await under.stands(ROUTE, [seatOf(BOB)]);
      expect(await reserve(own(ALICE, 2))).toEqual(refused("no-seat"));
      expect(await put(own(ALICE), 1, chunkNo(1))).toBe("no-seat");
      expect(await media.get(asker(ALICE), fileNo(1), 0)).toBe("no-seat");
      expect(await media.drop(asker(ALICE), fileNo(1))).toBe("no-seat");
      expect(await media.get(asker(BOB), fileNo(1), 0)).toEqual(chunkNo(1));
    });

    test("[M7] an upload ends with its lease, which each chunk renews", async () => {
      await reserve(own(ALICE));
      for (let index = 0; index < 3; index++) {
        await under.passes(LEASE_MS - 1_000);
        expect(await put(own(ALICE), index, chunkNo(index))).toBe("held");
      }
      expect(await media.get(asker(BOB), fileNo(1), 0)).toEqual(chunkNo(0));
      await under.passes(LEASE_MS + 1_000);
      expect(await media.get(asker(BOB), fileNo(1), 0)).toBe("no-file");
      expect(await put(own(ALICE), 3, chunkNo(3))).toBe("no-file");
      expect(await reserve(own(ALICE))).toEqual(reserved(0));
    });

    test("[M7] asking again renews the lease; nothing is left of what was never sent", async () => {
      await reserve(own(ALICE));
      await put(own(ALICE), 0, chunkNo(0));
      await under.passes(LEASE_MS - 1_000);
      expect(await reserve(own(ALICE))).toEqual(reserved(1));
      await under.passes(LEASE_MS - 1_000);
      expect(await reserve(own(ALICE))).toEqual(reserved(1));
      await reserve(own(BOB, 2));
      // The region's account of it ends later than it does itself.
      await under.passes(LEASE_MS + 15 * 60_000);
      expect(await under.isEmpty()).toBe(true);
    });

    test("[M8] what a post announced lives for its TTL, and goes then", async () => {
      await reserve(own(ALICE, 1));
      await put(own(ALICE, 1), 0, chunkNo(1));
      await reserve(own(ALICE, 2));
      await put(own(ALICE, 2), 0, chunkNo(2));
      await media.announce(ROUTE, ALICE, [fileNo(1), fileNo(9)], KEEP_MS);
      await under.passes(LEASE_MS + 1_000);
      expect(await media.get(asker(BOB), fileNo(2), 0)).toBe("no-file");
      expect(await media.get(asker(BOB), fileNo(1), 0)).toEqual(chunkNo(1));
      // Another relay that saw the same record says it again.
      await media.announce(ROUTE, ALICE, [fileNo(1)], KEEP_MS - LEASE_MS - 1_000);
      await under.passes(KEEP_MS - LEASE_MS - 10_000);
      expect(await media.get(asker(BOB), fileNo(1), 0)).toEqual(chunkNo(1));
      await under.passes(10_000);
      expect(await media.get(asker(BOB), fileNo(1), 0)).toBe("no-file");
      await under.passes(15 * 60_000);
      expect(await under.isEmpty()).toBe(true);
    });

    test("[M8] a TTL shorter than the lease counts, and no chunk or question lengthens it", async () => {
      await reserve(own(ALICE));
      await put(own(ALICE), 0, chunkNo(1));
      await media.announce(ROUTE, ALICE, [fileNo(1)], 60_000);
      await under.passes(55_000);
      expect(await put(own(ALICE), 0, chunkNo(1))).toBe("held");
      expect(await put(own(ALICE), 1, chunkNo(2))).toBe("no-file");
      expect(await reserve(own(ALICE))).toEqual(reserved(1));
      await under.passes(6_000);
      expect(await media.get(asker(BOB), fileNo(1), 0)).toBe("no-file");
    });

    test("[M8] nobody announces another's file", async () => {
      await reserve(own(ALICE));
      await put(own(ALICE), 0, chunkNo(1));
      await media.announce(ROUTE, BOB, [fileNo(1)], KEEP_MS);
      await under.passes(LEASE_MS + 1_000);
      expect(await media.get(asker(BOB), fileNo(1), 0)).toBe("no-file");
    });

    test("[M10] its sender deletes a file at once, and again without harm", async () => {
      await reserve(own(ALICE));
      await put(own(ALICE), 0, chunkNo(1));
      await media.announce(ROUTE, ALICE, [fileNo(1)], KEEP_MS);
      expect(await media.drop(asker(ALICE), fileNo(1))).toBe(true);
      expect(await media.get(asker(BOB), fileNo(1), 0)).toBe("no-file");
      expect(await media.drop(asker(ALICE), fileNo(1))).toBe(true);
      expect(await under.isEmpty()).toBe(true);
    });

    test("[M9] a purge takes every file of the room, and of no other", async () => {
      const other = routeOf(2);
      await under.stands(other, [seatOf(ALICE)]);
      for (const file of [own(ALICE, 1), own(BOB, 2), own(ALICE, 3, 1_000, other)]) {
        await reserve(file);
        await put(file, 0, chunkNo(1));
      }
      await media.announce(ROUTE, ALICE, [fileNo(1)], KEEP_MS);
      await media.purge(ROUTE);
      expect(await media.get(asker(BOB), fileNo(1), 0)).toBe("no-file");
      expect(await put(own(BOB, 2), 1, chunkNo(1))).toBe("no-file");
      expect(await media.get(asker(ALICE, other), fileNo(3), 0)).toEqual(chunkNo(1));
      await media.purge(other);
      await media.purge(other);
      expect(await under.isEmpty()).toBe(true);
    });

    test("[M4] a member's bytes and files are bounded, as of what is held now", async () => {
      await reserve(own(ALICE, 1, 3_000_000));
      expect(await reserve(own(ALICE, 2, 1_000_001))).toEqual(refused("member-quota"));
      expect(await reserve(own(ALICE, 2, 1_000_000))).toEqual(reserved());
      expect(await reserve(own(ALICE, 1, 3_000_000))).toEqual(reserved());
      await media.drop(asker(ALICE), fileNo(1));
      await media.drop(asker(ALICE), fileNo(2));
      for (let byte = 1; byte <= 10; byte++)
        expect(await reserve(own(ALICE, byte, 100))).toEqual(reserved());
      expect(await reserve(own(ALICE, 11, 100))).toEqual(refused("member-quota"));
      expect(await reserve(own(BOB, 11, 100))).toEqual(reserved());
      await under.passes(LEASE_MS + 1_000);
      expect(await reserve(own(ALICE, 12, 4_000_000))).toEqual(reserved());
    });

    test("[M4] a room's bytes are bounded, and those of all rooms together", async () => {
      const other = routeOf(2);
      await under.stands(other, [seatOf(ALICE)]);
      await reserve(own(ALICE, 1, 4_000_000));
      expect(await reserve(own(BOB, 2, 2_000_001))).toEqual(refused("room-quota"));
      expect(await reserve(own(BOB, 2, 2_000_000))).toEqual(reserved());
      expect(await reserve(own(ALICE, 3, 2_000_001, other))).toEqual(refused("relay-quota"));
      expect(await reserve(own(ALICE, 3, 2_000_000, other))).toEqual(reserved());
      expect(await reserve(own(ALICE, 4, 100, other))).toEqual(refused("relay-quota"));
      // Who asks again for what it has is not counted twice.
      expect(await reserve(own(ALICE, 3, 2_000_000, other))).toEqual(reserved());
      await media.purge(ROUTE);
      expect(await reserve(own(ALICE, 4, 2_000_000, other))).toEqual(reserved());
    });

    test("[M4] a refused file takes no space anywhere", async () => {
      for (let i = 0; i < 5; i++) {
        expect(await reserve(own(ALICE, 1, 4_000_001))).toEqual(refused("member-quota"));
        expect(await reserve(own(ALICE, 1, 1_000, routeOf(3)))).toEqual(refused("no-room"));
      }
      expect(await under.isEmpty()).toBe(true);
      expect(await reserve(own(ALICE, 1, 4_000_000))).toEqual(reserved());
    });

    test("[M3] the secret is the first one that was offered", async () => {
      const [first, second] = [chunkNo(1, 32), chunkNo(2, 32)];
      expect(await media.secret(first)).toEqual(first);
      expect(await media.secret(second)).toEqual(first);
    });

    test("after it is closed everything is refused by a throw", async () => {
      await reserve(own(ALICE));
      await media.close();
      await expect(reserve(own(ALICE))).rejects.toThrow(/closed/);
      await expect(put(own(ALICE), 0, chunkNo(1))).rejects.toThrow(/closed/);
      await expect(media.get(asker(BOB), fileNo(1), 0)).rejects.toThrow(/closed/);
      await expect(media.purge(ROUTE)).rejects.toThrow(/closed/);
    });

    test.runIf(hasManyRelays)(
      "[M5] what is put at one relay is had at another, and counts for both",
      async () => {
        const other = await under.another();
        await reserve(own(ALICE, 1, 4_000_000));
        await put(own(ALICE, 1, 4_000_000), 0, chunkNo(1));
        expect(await other.get(asker(BOB), fileNo(1), 0)).toEqual(chunkNo(1));
        expect(await other.put(own(ALICE, 1, 4_000_000), 0, chunkNo(2), LEASE_MS)).toBe("differs");
        const more = await other.reserve(own(BOB, 2, 2_000_001), BOUNDS, LEASE_MS);
        expect(more).toEqual(refused("room-quota"));
        const secret = await media.secret(chunkNo(1, 32));
        expect(await other.secret(chunkNo(2, 32))).toEqual(secret);
        await other.purge(ROUTE);
        expect(await media.get(asker(BOB), fileNo(1), 0)).toBe("no-file");
      },
    );
  });
}
