import { words } from '../i18n/lang.svelte';
import { prefs } from '../state/prefs.svelte';
import { chime } from './sound';

/** Why somebody is called. */
export type Call = 'found' | 'message' | 'here';

/** Calls a person: a sound by choice, a notification without content where allowed. */
export function attend(call: Call, looking: boolean, muted = false): void {
  if (prefs.sounds && !muted && (call === 'found' || !looking)) chime(call);
  if (looking || !prefs.notify || notifiable() !== 'granted') return;
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

/** What the browser says to notifications of this page; some browsers have none. */
export function notifiable(): NotificationPermission | 'missing' {
  return typeof Notification === 'undefined' ? 'missing' : Notification.permission;
}

/** Asks the person, as far as the browser lets it. */
export async function askToNotify(): Promise<NotificationPermission | 'missing'> {
  if (typeof Notification === 'undefined') return 'missing';
  return Notification.requestPermission();
}
