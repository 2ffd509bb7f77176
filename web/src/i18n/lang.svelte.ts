import type { Language } from '../engine/types';
import { prefs } from '../state/prefs.svelte';
import { en } from './en';
import { zh, type Words } from './zh-CN';

const all: Record<Language, Words> = { 'zh-CN': zh, en };

/** The language of now: the chosen one, or the first of the system's that the page speaks. */
export function language(): Language {
  return prefs.language ?? systemLanguage(navigator.languages);
}

/** The first of `wanted` that the page speaks; Chinese for whoever reads any Chinese. */
export function systemLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    if (tag.toLowerCase().startsWith('zh')) return 'zh-CN';
    if (tag.toLowerCase().startsWith('en')) return 'en';
  }
  return wanted.length > 0 ? 'en' : 'zh-CN';
}

/** All words in the language of now. Reactive: read it in markup or `$derived`. */
export function words(): Words {
  return all[language()];
}
