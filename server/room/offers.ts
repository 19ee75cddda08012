/** From a session's offers to candidates for the order: whose they are, and what is asked before proposing. */
import { equal, type Bytes } from "../../shared/bytes.ts";
import type { SessionId } from "../../shared/ids.ts";
import type { Offer, Proposal, Refusal } from "../../shared/protocol.ts";
import type { Candidate } from "../ports/log.ts";

/** The candidate of an offer; the session is the connection's, whatever the offer's sealed part says. */
export function candidateOf(offer: Offer, session: SessionId): Candidate {
  return {
    proposal: proposalOf(offer, session),
    groupInfo: offer.kind === "commit" ? offer.groupInfo : null,
  };
}

function proposalOf(offer: Offer, session: SessionId): Proposal {
  switch (offer.kind) {
    case "commit": {
      const { kind, follows, removes, groupInfoHash, sealed } = offer;
      return { kind, session, follows, removes, groupInfoHash, sealed };
    }
    case "post": {
      const { kind, counter, names, files, sealed } = offer;
      return { kind, session, counter, names, files, sealed };
    }
    case "leave":
      return { kind: offer.kind, session, arrival: offer.arrival };
  }
}

/** Refuses a commit whose GroupInfo is not the one that its record names. `sha256` gives 32 bytes. */
export function refuseGroupInfo(offer: Offer, sha256: (bytes: Bytes) => Bytes): Refusal | null {
  if (offer.kind !== "commit") return null;
  return equal(sha256(offer.groupInfo), offer.groupInfoHash) ? null : "group-info";
}
