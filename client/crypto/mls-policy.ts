/** The room's policy inside the group: a GroupContext extension, there from creation on (DESIGN §4). */
import type { Extension } from "ts-mls/extension.js";
import { isPolicy, type Policy } from "../../shared/policy.ts";
import { decodeWhole, Writer } from "../../shared/wire.ts";

/** Extension types of the private range 0xf000 to 0xffff (RFC 9420 §17.3). */
export const POLICY_EXTENSION = 0xf001;
/** Reserved for roles and settings; listed by each leaf today, so that it can be added one day. */
export const ROOM_CARD_EXTENSION = 0xf002;

/** The extensions of a group's context: the policy alone. */
export function contextExtensions(policy: Policy): Extension[] {
  const extensionData = new Writer()
    .u32(policy.messageTtlMs)
    .u16(policy.memberCap)
    .u32(policy.graceMs)
    .u32(policy.lifetimeMs)
    .done();
  return [{ extensionType: POLICY_EXTENSION, extensionData }];
}

/** The inverse of `contextExtensions`, or null where anything else stands there. */
export function parseContextExtensions(extensions: readonly Extension[]): Policy | null {
  const [extension, ...others] = extensions;
  if (extension?.extensionType !== POLICY_EXTENSION || others.length > 0) return null;
  const policy = decodeWhole(extension.extensionData, (reader) => ({
    messageTtlMs: reader.u32(),
    memberCap: reader.u16(),
    graceMs: reader.u32(),
    lifetimeMs: reader.u32(),
  }));
  return policy !== null && isPolicy(policy) ? policy : null;
}
