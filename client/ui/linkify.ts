/**
 * Finds the few addresses in a message that may be opened. Everything else stays text. One pass,
 * no backtracking to speak of: a message of 16 KiB takes well under a millisecond (HOSTILE 46–48).
 */

export type Piece =
  | { readonly kind: "text"; readonly text: string }
  /** `text` shows the host that `href` leads to, in ASCII where it is not (IDN as punycode). */
  | { readonly kind: "link"; readonly text: string; readonly href: string };

/** Longer ones stay text: nobody can judge them. */
const MAX_ADDRESS_CHARS = 2048;
/**
 * An address ends at white space, quotes, angle brackets, a backslash (which browsers read as a
 * slash), or anything invisible or reordering. It does not begin inside a word.
 */
const CANDIDATE =
  /(?<![\p{L}\p{N}_])(?:https?:\/\/(?=[\p{L}\p{N}[])|mailto:(?=[\w.+-]))(?:(?![\p{C}\p{Z}\p{Default_Ignorable_Code_Point}])[^\s<>"\\])+/giu;
const CLOSING: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };
const TRAILING = new Set(".,:;!?'*_~…’”»、。");
const MAIL = /^mailto:([\w.+-]{1,64}@[A-Za-z0-9.-]{1,253})/i;

/** The message cut into texts and links; the pieces' texts in a row show the whole message. */
export function linkify(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let shown = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    const address = trimmed(match[0]);
    const link = parseAddress(address);
    if (link === null) continue;
    if (match.index > shown) pieces.push({ kind: "text", text: text.slice(shown, match.index) });
    pieces.push(link.piece);
    shown = match.index + link.length;
  }
  if (shown < text.length) pieces.push({ kind: "text", text: text.slice(shown) });
  return pieces;
}

/** Without the punctuation of the sentence around it, and brackets that it did not open. */
function trimmed(address: string): string {
  const surplus: Record<string, number> = {};
  for (const char of address) surplus[char] = (surplus[char] ?? 0) + 1;
  let end = address.length;
  for (; end > 0; end--) {
    const last = address[end - 1] ?? "";
    const opening = CLOSING[last];
    if (opening === undefined && !TRAILING.has(last)) break;
    if (opening !== undefined && (surplus[last] ?? 0) <= (surplus[opening] ?? 0)) break;
    surplus[last] = (surplus[last] ?? 0) - 1;
  }
  return address.slice(0, end);
}

function parseAddress(address: string): { readonly piece: Piece; readonly length: number } | null {
  if (address.length > MAX_ADDRESS_CHARS) return null;
  const [mail, recipient] = MAIL.exec(address) ?? [];
  if (mail !== undefined && recipient !== undefined) {
    // Subject, body and attachments are the sender's words in the reader's mouth: left out.
    return {
      piece: { kind: "link", text: mail, href: `mailto:${recipient}` },
      length: mail.length,
    };
  }
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) return null;
  // "https://bank.example@evil.example" is made to be misread.
  if (url.username !== "" || url.password !== "") return null;
  const isAsWritten = address.toLowerCase().startsWith(`${url.protocol}//${url.host}`);
  return {
    piece: { kind: "link", text: isAsWritten ? address : url.href, href: url.href },
    length: address.length,
  };
}
