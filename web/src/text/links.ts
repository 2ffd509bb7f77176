/** A piece of a line: words, or an address. */
export interface Piece {
  text: string;
  /** The address as a browser reads it, punycode and all. */
  href?: string;
}

// Full-width punctuation ends an address; the ASCII one belongs to it, except at its end.
const ADDRESS =
  /\bhttps?:\/\/[^\s<>"'「」『』【】《》。、\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f]+/giu;
const TRAILING = /[.,;:!?)\]}'"]+$/u;

/** Cuts a line at its addresses. Only http and https; nothing else ever becomes a link. */
export function pieces(text: string): Piece[] {
  const out: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = match[0].replace(TRAILING, '');
    if (!URL.canParse(address)) continue;
    if (match.index > from) out.push({ text: text.slice(from, match.index) });
    out.push({ text: address, href: new URL(address).href });
    from = match.index + address.length;
  }
  if (from < text.length) out.push({ text: text.slice(from) });
  return out;
}
