import type { Words } from '../i18n/zh-CN';
import { graphemes } from './graphemes';

// Controls, bidirectional marks, invisible fillers, what is unassigned or private; the joiners stay.
// FLOATER/1.0 §3.2
const FORBIDDEN =
  /[\p{Cc}\p{Cn}\p{Co}\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e007f}]/u;

// More than four combining marks in a row; a joiner does not end the row.
const STACKED = /(?:\p{M}[\u200c\u200d]*){5}/u;

/** What is wrong with a name, in words. Tells before the server does; the server decides. */
export function usernameWrong(typed: string, words: Words['door']): string | null {
  const name = typed.trim().normalize('NFC');
  if (name === '') return words.usernameEmpty;
  const isLong = graphemes(name) > 24 || new TextEncoder().encode(name).length > 256;
  if (isLong) return words.usernameLong;
  return FORBIDDEN.test(name) || STACKED.test(name) ? words.usernameForbidden : null;
}
