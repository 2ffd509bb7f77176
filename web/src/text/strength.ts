/** 0 easily guessed, 1 weak, 2 fair, 3 good. */
export type Strength = 0 | 1 | 2 | 3;

const COMMON = /^(password|passwort|qwerty|asdf|zxcv|abc|admin|welcome|letmein|iloveyou|woaini|a?1234|1111|0000|8888|6666|5201314)/iu;

/** A word for a password: by length and how many different characters, nothing about classes. */
export function strength(password: string): Strength {
  const characters = [...password];
  const different = new Set(characters.map((c) => c.toLowerCase())).size;
  const wide = characters.some((c) => (c.codePointAt(0) ?? 0) > 0x7f) ? 2 : 1;
  const weight = Math.min(characters.length, different * 1.5) * wide - runs(characters) * 0.5;
  if (COMMON.test(password) && characters.length < 16) return 0;
  if (weight < 8) return 0;
  if (weight < 11) return 1;
  return weight < 15 ? 2 : 3;
}

/** Neighbours that repeat or count: `aaa`, `123`. */
function runs(characters: string[]): number {
  let count = 0;
  for (const [at, c] of characters.entries()) {
    const step = (c.codePointAt(0) ?? 0) - (characters[at - 1]?.codePointAt(0) ?? -9);
    if (Math.abs(step) <= 1) count += 1;
  }
  return count;
}
