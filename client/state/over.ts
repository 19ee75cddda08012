/** What a final close of the connection means for the person. */
import { CLOSE } from "../../shared/close-codes.ts";
import type { OverReason } from "./view.ts";

const BY_CODE = new Map<number, OverReason>([
  [CLOSE.ended.code, "ended"],
  [CLOSE.replaced.code, "replaced"],
  [CLOSE.full.code, "full"],
  [CLOSE.upgradeRequired.code, "upgrade-required"],
]);

/** Any code that is not named here: the relay refused, and trying again would not help. */
export function overBy(code: number): OverReason {
  return BY_CODE.get(code) ?? "refused";
}
