import { host, type Call } from '../engine/host';
import { language, words } from '../i18n/lang.svelte';
import { prefs } from '../state/prefs.svelte';
import { chime } from './sound';

export type { Call };

/** Calls a person: a sound by choice, a notification without content where allowed. */
export function attend(call: Call, looking: boolean, muted = false): void {
  if (prefs.sounds && !muted && (call === 'found' || !looking)) chime(call);
  if (looking) return;
  const wanted = ways();
  if (wanted.includes('title')) host()?.attract();
  if (wanted.includes('notify')) void notify(call);
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
  // A program asks nobody; whether the system shows any is seen when one is shown.
  if (host()) return 'granted';
  return typeof Notification === 'undefined' ? 'missing' : Notification.permission;
}

/** Asks the person, as far as the browser lets it; who allows it sees how one looks. */
export async function askToNotify(): Promise<NotificationPermission | 'missing'> {
  if (notifiable() === 'missing') return 'missing';
  const answer = host() ? 'granted' : await Notification.requestPermission();
  return answer === 'granted' && !(await notify('sample')) ? 'missing' : answer;
}

/** Whether it could be shown: some systems have none, some phones let service workers do so only. */
async function notify(call: Call | 'sample'): Promise<boolean> {
  const program = host();
  if (program) return program.notify(call, language());
  try {
    const body = words().notification[call];
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
