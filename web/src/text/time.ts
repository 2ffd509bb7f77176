import type { Language } from '../engine/types';
import type { Words } from '../i18n/zh-CN';

/** A span as `1:42`; never negative. */
export function clock(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  const minutes = Math.floor(seconds / 60);
  return `${minutes}:${String(seconds % 60).padStart(2, '0')}`;
}

/** A span in words, rounded up: seconds below two minutes. */
export function span(milliseconds: number, words: Words): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  return seconds < 120
    ? words.common.seconds(seconds)
    : words.common.minutes(Math.ceil(seconds / 60));
}

/** When, as one says it in a conversation. Both are Unix milliseconds. */
export function relative(at: number, now: number, words: Words, language: Language): string {
  const minutes = Math.floor((now - at) / 60_000);
  if (minutes < 1) return words.talk.justNow;
  if (minutes < 60) return words.talk.minutesAgo(minutes);
  const day = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit' });
  return isSameDay(at, now) ? day.format(at) : full(at, language);
}

/** The whole date and time. */
export function full(at: number, language: Language): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(at);
}

/** The date of Unix seconds. */
export function date(seconds: number, language: Language): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium' }).format(seconds * 1000);
}

/** Bytes as people read them. */
export function bytes(count: number): string {
  if (count < 1000) return `${count} B`;
  if (count < 1_000_000) return `${Math.round(count / 1000)} KB`;
  return `${(count / 1_000_000).toFixed(1)} MB`;
}

function isSameDay(a: number, b: number): boolean {
  return new Date(a).toDateString() === new Date(b).toDateString();
}
