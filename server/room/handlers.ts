/** What each frame of a client does; one handler a kind, and a frame out of its phase ends the line. */
import { CLOSE } from "../../shared/close-codes.ts";
import type { Visit } from "./line.ts";
import { queue, resume, tellFounded } from "./entering.ts";
import { proposeFounding } from "./founding.ts";
import { sendFrame, setPhase, type Guest } from "./guest.ts";
import { offerAsJoiner, offerSeated } from "./offering.ts";
import type { Granted, Media } from "./media.ts";
import { tellSignal } from "./other-relays.ts";
import { end, type Site } from "./site.ts";

export type Frame = Parameters<Visit["receive"]>[0];
type Frames = {
  readonly [K in Frame["kind"]]: Extract<Frame, { readonly kind: K }> & { readonly kind: K };
};
type Handlers = {
  readonly [K in Frame["kind"]]: (site: Site, guest: Guest, frame: Frames[K]) => void;
};

const outOfTurn = (site: Site, guest: Guest): void => end(site, guest, CLOSE.outOfTurn);

const HANDLERS: Handlers = {
  found(site, guest, { rules, policy, sealed }) {
    if (guest.phase.kind !== "outside") outOfTurn(site, guest);
    else if (site.log.standing() !== null || site.gathering.isUnderWay())
      end(site, guest, CLOSE.exists);
    else if (!site.takeFounding(guest.visitor.addressKey)) end(site, guest, CLOSE.policy);
    else {
      setPhase(guest, { kind: "founding", sealed });
      const { session } = guest.visitor;
      proposeFounding(site, guest, {
        kind: "open",
        session,
        rules,
        policy,
        refounding: null,
        sealed,
      });
    }
  },
  refound(site, guest, { rules, policy, refounding, sealed }) {
    const { session, addressKey } = guest.visitor;
    if (guest.phase.kind !== "outside") outOfTurn(site, guest);
    else if (site.log.standing() !== null) tellFounded(site, guest);
    // One re-founding of a room counts once, however many propose it.
    else if (!site.gathering.isUnderWay() && !site.takeRefounding(addressKey))
      end(site, guest, CLOSE.policy);
    else {
      setPhase(guest, { kind: "gathering" });
      site.gathering.add({ kind: "open", session, rules, policy, refounding, sealed });
    }
  },
  "ask-turn"(site, guest) {
    if (guest.phase.kind === "outside") queue(site, guest);
    else if (guest.phase.kind === "joining") site.turns.ask(guest.joiner);
    else outOfTurn(site, guest);
  },
  arrive(site, guest, { cursor }) {
    if (guest.phase.kind === "outside") resume(site, guest, cursor);
    else outOfTurn(site, guest);
  },
  propose(site, guest, { offers }) {
    if (guest.phase.kind === "seated") for (const offer of offers) offerSeated(site, guest, offer);
    else if (guest.phase.kind === "joining")
      for (const offer of offers) offerAsJoiner(site, guest, offer);
    else outOfTurn(site, guest);
  },
  signal(site, guest, { sealed }) {
    const { session } = guest.visitor;
    if (guest.phase.kind !== "seated") outOfTurn(site, guest);
    else if (site.quotas.takeSignal(session)) {
      site.delivery.signal(session, sealed);
      tellSignal(site, session, sealed);
    }
  },
  "ask-upload"(site, guest, { ref, file, totalBytes }) {
    askMedia(site, guest, ref, (media) =>
      media.askUpload(site.routeId, guest.visitor.session, { file, totalBytes }),
    );
  },
  "ask-reading"(site, guest, { ref }) {
    askMedia(site, guest, ref, (media) => media.askReading(site.routeId, guest.visitor.session));
  },
  ping() {
    // The connection has answered it.
  },
};

/** The answer comes when it comes: nothing else waits for it, and it may find the line over. */
function askMedia(
  site: Site,
  guest: Guest,
  ref: number,
  ask: (media: Media) => Promise<Granted>,
): void {
  const { media } = site;
  if (guest.phase.kind !== "seated") outOfTurn(site, guest);
  else if (media === null) sendFrame(guest, { kind: "not-granted", ref, reason: "off" });
  else if (!site.quotas.takeMediaAsk(guest.visitor.session))
    sendFrame(guest, { kind: "not-granted", ref, reason: "rate" });
  else void ask(media).then((granted) => sendFrame(guest, { ...granted, ref }));
}

function dispatch<K extends Frame["kind"]>(kind: K, site: Site, guest: Guest, frame: Frames[K]) {
  HANDLERS[kind](site, guest, frame);
}

/** One frame of a guest's, in the order of arrival. */
export function handle(site: Site, guest: Guest, frame: Frame): void {
  if (guest.phase.kind === "over") return;
  // Outside a few bytes asked are answered by a whole `open`: that must not be had for the asking.
  const isOutside = guest.phase.kind === "outside";
  if (isOutside && !site.quotas.takeAsk(guest.visitor.session)) end(site, guest, CLOSE.policy);
  else dispatch(frame.kind, site, guest, frame);
}
