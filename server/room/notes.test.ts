import { expect, test } from "vitest";
import { incarnationOf, sessionIdOf } from "../../shared/ids.ts";
import { decodeNote, encodeNote, type Note } from "./notes.ts";

const incarnation = incarnationOf(new Uint8Array(8).fill(9));
const sessionNo = (byte: number) => sessionIdOf(new Uint8Array(16).fill(byte));
const [alice, bob] = [sessionNo(1), sessionNo(2)];
const sealed = new Uint8Array(512).fill(3);

const NOTES: readonly Note[] = [
  { kind: "who" },
  { kind: "turn-free" },
  { kind: "here", incarnation, seats: [] },
  {
    kind: "here",
    incarnation,
    seats: [
      { session: alice, arrival: 1 },
      { session: bob, arrival: 2 ** 40 },
    ],
  },
  { kind: "gone", incarnation, seats: [{ session: bob, arrival: 7 }] },
  { kind: "signal", incarnation, session: alice, sealed },
];

test("[K1] every note is read as it was written", () => {
  for (const note of NOTES) expect(decodeNote(encodeNote(note))).toEqual(note);
});

test("[K1] a note of a hundred seats is read, in whatever order they were named", () => {
  const seats = Array.from({ length: 100 }, (_, i) => ({ session: sessionNo(i), arrival: i + 1 }));
  const bytes = encodeNote({ kind: "here", incarnation, seats: seats.toReversed() });
  expect(decodeNote(bytes)).toEqual({ kind: "here", incarnation, seats });
});

test("[K1] a note cut short anywhere, or with a byte too many, is none", () => {
  for (const note of NOTES) {
    const bytes = encodeNote(note);
    for (let end = 0; end < bytes.length; end++)
      expect(decodeNote(bytes.subarray(0, end))).toBeNull();
    expect(decodeNote(new Uint8Array([...bytes, 0]))).toBeNull();
  }
});

test("[K1] seats named twice or out of order, an arrival of 0, more than 100 of them: no note", () => {
  const twice = [alice, alice].map((session) => ({ session, arrival: 1 }));
  expect(decodeNote(encodeNote({ kind: "gone", incarnation, seats: twice }))).toBeNull();
  const never = [{ session: alice, arrival: 0 }];
  expect(decodeNote(encodeNote({ kind: "here", incarnation, seats: never }))).toBeNull();
  const many = Array.from({ length: 101 }, (_, i) => ({ session: sessionNo(i), arrival: 1 }));
  expect(decodeNote(encodeNote({ kind: "here", incarnation, seats: many }))).toBeNull();
  const two = encodeNote({
    kind: "here",
    incarnation,
    seats: [
      { session: alice, arrival: 1 },
      { session: bob, arrival: 2 },
    ],
  });
  const head = two.subarray(0, 11);
  const [first, second] = [two.subarray(11, 35), two.subarray(35)];
  expect(decodeNote(new Uint8Array([...head, ...first, ...second]))).not.toBeNull();
  expect(decodeNote(new Uint8Array([...head, ...second, ...first]))).toBeNull();
});

test("[K1] a signal of no bucket size or above a kilobyte, an unknown kind, nothing at all: no note", () => {
  for (const length of [0, 511, 2048]) {
    const odd = new Uint8Array(length);
    const note: Note = { kind: "signal", incarnation, session: alice, sealed: odd };
    expect(decodeNote(encodeNote(note))).toBeNull();
  }
  for (const kind of [0, 6, 255]) expect(decodeNote(Uint8Array.of(kind))).toBeNull();
  expect(decodeNote(new Uint8Array())).toBeNull();
});
