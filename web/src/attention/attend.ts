import { words } from '../i18n/lang.svelte';
import { prefs } from '../state/prefs.svelte';
import { chime } from './sound';

/** Why somebody is called. */
export type Call = 'found' | 'message' | 'here';

/** Calls a person: a sound by choice, a notification without content where allowed. */
export function attend(call: Call, looking: boolean): void {
  if (prefs.sounds && (call === 'found' || !looking)) chime(call);
  if (looking || !prefs.notify || !mayNotify()) return;
  try {
    const body = words().notification[call];
    const shown = new Notification(words().brand, { body, tag: 'floater', icon: '/favicon.svg' });
    shown.onclick = () => {
      window.focus();
      shown.close();
    };
  } catch {
    // Some phones allow notifications from service workers only: sound and title remain.
  }
}

/** Whether the browser shows notifications of this page. */
export function mayNotify(): boolean {
  return typeof Notification !== 'undefined' && Notification.permission === 'granted';
}

/** Asks the person; whether they agreed. */
export async function askToNotify(): Promise<boolean> {
  if (typeof Notification === 'undefined') return false;
  return (await Notification.requestPermission()) === 'granted';
}
