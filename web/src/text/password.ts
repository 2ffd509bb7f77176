import type { Words } from '../i18n/zh-CN';

const SHORTEST = 8;
const LONGEST = 128;

/** What is wrong with a password that is chosen, in words. Tells before the server does. */
export function passwordWrong(password: string, words: Words['door']): string | null {
  const { length } = [...password.normalize('NFC')];
  if (length < SHORTEST) return words.passwordShort(SHORTEST - length);
  return length > LONGEST ? words.passwordLong : null;
}

/** What is wrong with a password that one has already, in words. */
export function passwordMissing(password: string, words: Words['door']): string | null {
  return password === '' ? words.passwordMissing : null;
}
