/** The body of a text, in bytes of UTF-8. FLOATER/1.0 §1: limits. */
export const TEXT_MAX = 16 * 1024;
/** From here on the page says how much room is left. */
const TELL_FROM = 0.8;
/** How many UTF-16 units of a text tell how large its characters are: counting all takes long. */
const SAMPLE = 1024;

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const encoder = new TextEncoder();

/** Characters as people count them: an emoji family is one. */
export function graphemes(text: string): number {
  return [...segmenter.segment(text)].length;
}

/** How far a text is from the limit, in characters as people count them. */
export interface Room {
  /** Near enough to be told. */
  tell: boolean;
  /** Beyond the limit: it cannot be sent. */
  over: boolean;
  /** About so many characters are left, or too many. */
  characters: number;
}

/** The limit is one of bytes; what is told is characters, at this text's own bytes a character. */
export function room(text: string): Room {
  // Three bytes a UTF-16 unit at most: what is shorter needs no count, at every key press.
  if (text.length * 3 < TEXT_MAX * TELL_FROM) return { tell: false, over: false, characters: 0 };
  const trimmed = text.trim();
  const bytes = encoder.encode(trimmed).length;
  const over = bytes > TEXT_MAX;
  if (bytes < TEXT_MAX * TELL_FROM) return { tell: false, over, characters: 0 };
  const sample = trimmed.slice(-SAMPLE);
  const each = encoder.encode(sample).length / graphemes(sample);
  const left = Math.abs(TEXT_MAX - bytes) / each;
  return { tell: true, over, characters: over ? Math.ceil(left) : Math.floor(left) };
}

/** A count as one says it: tens, and hundreds where there are many. */
export function coarse(count: number): number {
  const step = count > 100 ? 100 : 10;
  return Math.ceil(count / step) * step;
}
