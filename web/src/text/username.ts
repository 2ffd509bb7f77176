import { graphemes } from './graphemes';

/** Why a name cannot be a username. */
export type NameFault = 'empty' | 'long' | 'forbidden';

// Controls, bidirectional marks, invisible fillers; the joiners stay. FLOATER/1.0 §3.
const FORBIDDEN =
  /[\p{Cc}\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e007f}]/u;

/** Tells before the server does; the server decides. */
export function nameFault(typed: string): NameFault | null {
  const name = typed.trim().normalize('NFC');
  if (name === '') return 'empty';
  if (graphemes(name) > 24 || new TextEncoder().encode(name).length > 256) return 'long';
  return FORBIDDEN.test(name) ? 'forbidden' : null;
}
