/** The roster: the group's own leaves, in leaf order, with what is known of each (DESIGN §1.3). */
import type { SessionId } from "../../shared/ids.ts";
import type { Seat } from "./seat.ts";
import type { RosterEntry } from "./view.ts";

const LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"; // none that look alike
const SUFFIX_LENGTH = 4;

/** Four letters from the key's hash, telling two of the same name apart. */
export function suffixOf(session: SessionId): string {
  let value = Number.parseInt(session.slice(0, 8), 16);
  let text = "";
  for (let i = 0; i < SUFFIX_LENGTH; i++) {
    text += LETTERS[value % LETTERS.length];
    value = Math.floor(value / LETTERS.length);
  }
  return text;
}

/** `isConfirmed`: this session is. */
export function rosterOf(seat: Seat, isConfirmed: boolean): readonly RosterEntry[] {
  return seat.group.members.map(({ session, nickname }) => ({
    session,
    nickname,
    suffix: suffixOf(session),
    isYou: session === seat.me,
    presence: presenceOf(seat, session, isConfirmed),
  }));
}

function presenceOf(seat: Seat, session: SessionId, isConfirmed: boolean): RosterEntry["presence"] {
  const { attendance } = seat;
  if (session === seat.me) return isConfirmed ? "present" : "joining";
  if (attendance.hasLeft(session)) return "leaving";
  if (attendance.isJoining(session)) return "joining";
  return attendance.isPresent(session) ? "present" : "away";
}
