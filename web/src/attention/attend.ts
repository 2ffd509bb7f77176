import { words } from '../i18n/lang.svelte';
import { prefs } from '../state/prefs.svelte';
import { chime } from './sound';

/** Why somebody is called. */
export type Call = 'found' | 'message' | 'here';

/** Calls a person: a sound by choice, a notification without content where allowed. */
export function attend(call: Call, looking: boolean, muted = false): void {
  if (prefs.sounds && !muted && (call === 'found' || !looking)) chime(call);
  if (!looking && ways().includes('notify')) notify(words().notification[call]);
}

/** How somebody is called who looks elsewhere. */
export type Way = 'sounds' | 'title' | 'notify';

/** The ways that the person wants and the browser allows. */
export function ways(): Way[] {
  const wanted = (['sounds', 'title', 'notify'] as const).filter((way) => prefs[way]);
  return notifiable() === 'granted' ? wanted : wanted.filter((way) => way !== 'notify');
}

/** What the browser says to notifications of this page; some browsers have none. */
export function notifiable(): NotificationPermission | 'missing' {
  return typeof Notification === 'undefined' ? 'missing' : Notification.permission;
}

/** Asks the person, as far as the browser lets it; who allows it sees how one looks. */
export async function askToNotify(): Promise<NotificationPermission | 'missing'> {
  if (typeof Notification === 'undefined') return 'missing';
  const answer = await Notification.requestPermission();
  return answer === 'granted' && !notify(words().notification.sample) ? 'missing' : answer;
}

/** Whether it could be shown: some phones let service workers do so only. */
function notify(body: string): boolean {
  try {
    const shown = new Notification(words().brand, { body, tag: 'floater', icon: '/favicon.svg' });
    shown.onclick = () => {
      window.focus();
      shown.close();
    };
    return true;
  } catch {
    return false;
  }
}
