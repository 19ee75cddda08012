/** What a member's post says to a person. */
import { toHex } from "../../shared/bytes.ts";
import type { SessionId } from "../../shared/ids.ts";
import type { Body } from "./content.ts";
import { announced, type AnnouncedFile } from "./files/announced.ts";

export type Said =
  | {
      readonly kind: "said";
      readonly session: SessionId;
      readonly nickname: string;
      readonly id: string;
      readonly sentAtMs: number;
      readonly text: string;
      readonly files: readonly AnnouncedFile[];
    }
  /** Their sender took the message with this id back. */
  | {
      readonly kind: "withdrawn";
      readonly session: SessionId;
      readonly nickname: string;
      readonly id: string;
    };

/** Ids are their sender's choice: only with the session are they nobody else's. */
export function messageKey(session: SessionId, messageId: Uint8Array): string {
  return `${session}/${toHex(messageId)}`;
}

/** Of a body that says something; `id` is the post's own. */
export function said(
  body: Exclude<Body, { kind: "empty" }>,
  by: { readonly id: string; readonly session: SessionId; readonly nickname: string },
): Said {
  switch (body.kind) {
    case "text":
      return { ...by, kind: "said", sentAtMs: body.sentAtMs, text: body.text, files: [] };
    case "files":
      return {
        ...by,
        kind: "said",
        sentAtMs: body.sentAtMs,
        text: body.text,
        files: body.files.map(announced),
      };
    case "withdrawal":
      return { ...by, kind: "withdrawn", id: messageKey(by.session, body.messageId) };
  }
}
