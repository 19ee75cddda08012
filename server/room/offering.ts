/** What a session may propose, and what is asked before it is. */
import { CLOSE } from "../../shared/close-codes.ts";
import type { Offer, Refusal } from "../../shared/protocol.ts";
import { setPhase, type Guest } from "./guest.ts";
import { candidateOf, refuseGroupInfo } from "./offers.ts";
import type { Outcome } from "./proposing.ts";
import { end, proposeSeating, refuse, type Site } from "./site.ts";

/** An offer of a session that has its seat. */
export function offerSeated(site: Site, guest: Guest, offer: Offer): void {
  propose(site, guest, offer, false);
}

/** An offer of a session without a seat: only a commit that joins, and only in its turn. */
export function offerAsJoiner(site: Site, guest: Guest, offer: Offer): void {
  const { ref } = offer;
  if (offer.kind !== "commit") refuse(site, guest, { ref, reason: "no-seat", detail: 0 });
  else if (site.turns.holder() !== guest.joiner)
    refuse(site, guest, { ref, reason: "rate", detail: 0 });
  else {
    setPhase(guest, { kind: "joining", sealed: offer.sealed });
    propose(site, guest, offer, true);
  }
}

function propose(site: Site, guest: Guest, offer: Offer, joins: boolean): void {
  const reason = refusalBefore(site, guest, offer, joins);
  if (reason !== null) {
    refuse(site, guest, { ref: offer.ref, reason, detail: 0 });
    return;
  }
  const candidate = candidateOf(offer, guest.visitor.session);
  const settled = (outcome: Outcome): void => {
    if (outcome.kind === "refused") {
      giveBack(site, guest, offer, joins);
      const { reason: why, detail } = outcome;
      refuse(site, guest, { ref: offer.ref, reason: why, detail });
    }
    if (joins) joinSettled(site, guest, outcome);
  };
  if (joins) proposeSeating(site, guest, candidate, settled);
  else site.proposing.propose(candidate, settled);
}

function refusalBefore(
  { quotas, log, limits, sha256 }: Site,
  { visitor }: Guest,
  offer: Offer,
  joins: boolean,
): Refusal | null {
  if (offer.kind === "leave") return quotas.takeLeave(visitor.session) ? null : "rate";
  if (!quotas.takeOffer(visitor.session)) return "rate";
  const keptBytes = (log.standing()?.keptBytes ?? 0) + offer.sealed.length;
  if (offer.kind === "post") return keptBytes > limits.roomBytes ? "rate" : null;
  // Posts must not keep a Remove out: commits have as much again to themselves.
  if (keptBytes > 2 * limits.roomBytes) return "rate";
  const unfit = refuseGroupInfo(offer, sha256);
  if (unfit !== null) return unfit;
  if (!quotas.commits.take(visitor.session)) return "rate";
  if (!joins || quotas.joins.take(visitor.addressKey)) return null;
  quotas.commits.giveBack(visitor.session);
  return "rate";
}

/** Quotas count what was accepted; otherwise who loses a race would be held up twice. */
function giveBack({ quotas }: Site, { visitor }: Guest, offer: Offer, joins: boolean): void {
  if (offer.kind === "commit") quotas.commits.giveBack(visitor.session);
  if (joins) quotas.joins.giveBack(visitor.addressKey);
}

function joinSettled(site: Site, guest: Guest, outcome: Outcome): void {
  // A joiner that can't know whether it joined begins again with a new key.
  if (outcome.kind === "unknown") end(site, guest, CLOSE.later);
  if (outcome.kind !== "refused") return;
  if (outcome.reason === "full") end(site, guest, CLOSE.full);
  if (outcome.reason === "left") end(site, guest, CLOSE.gone);
}
