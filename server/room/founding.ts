/** Proposing an `open`: of a founder, or the one picked of several re-foundings. */
import { CLOSE } from "../../shared/close-codes.ts";
import type { Open } from "../../shared/protocol.ts";
import { tellFounded } from "./entering.ts";
import type { Guest } from "./guest.ts";
import type { Outcome } from "./proposing.ts";
import type { Refound } from "./refounding.ts";
import { end, proposeSeating, type Site } from "./site.ts";

/** Founds the room for this guest; the accepted record seats it. */
export function proposeFounding(site: Site, guest: Guest, open: Open): void {
  proposeSeating(site, guest, { proposal: open, groupInfo: null }, (outcome) => {
    if (guest.phase.kind === "founding") settle(site, guest, outcome);
  });
}

/** Founds the room again for all who wait; the accepted record tells them. */
export function proposeRefounding(site: Site, open: Refound): void {
  site.proposing.propose({ proposal: open, groupInfo: null }, (outcome) => {
    for (const guest of site.guests) {
      if (guest.phase.kind !== "gathering") continue;
      if (outcome.kind === "refused" && outcome.reason === "exists") tellFounded(site, guest);
      else settle(site, guest, outcome);
    }
  });
}

function settle(site: Site, guest: Guest, outcome: Outcome): void {
  if (outcome.kind === "accepted") return;
  if (outcome.kind === "unknown") end(site, guest, CLOSE.later);
  else if (outcome.reason === "exists") end(site, guest, CLOSE.exists);
  else if (outcome.reason === "rules") end(site, guest, CLOSE.upgradeRequired);
  else end(site, guest, CLOSE.outOfTurn);
}
