import type { Saved } from '../engine/host';
import type { Language } from '../engine/types';
import type { Words } from '../i18n/zh-CN';
import type { App } from '../state/app.svelte';
import type { Talk } from '../state/talk.svelte';
import { dated, saveFile } from '../text/save';
import { full } from '../text/time';
import { transcript } from '../text/transcript';

/** Hands the conversation to the person as a text file. */
export function saveTranscript(app: App, talk: Talk, words: Words, language: Language): Promise<Saved> {
  const when = (at: number) => full(app.wallOf(at), language);
  const text = transcript(talk.lines, { own: talk.own, peer: talk.peer, when }, words);
  return saveFile(dated('floater', 'txt', new Date()), new Blob([text], { type: 'text/plain' }));
}
