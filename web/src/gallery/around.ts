import { live, type Host, type Kept, type Tray } from '../engine/host';

/** Where one is. */
const SERVER = 'floater://floater.example';

/** From now on the page is in a window: where the session is kept, and what comes of an icon. */
export function around(kept: Kept = 'keyring', tray: Tray = 'on'): void {
  const host: Host = {
    notify: () => Promise.resolve(true),
    attract: () => undefined,
    save: () => Promise.resolve('there'),
    server: () => Promise.resolve(SERVER),
    kept: () => Promise.resolve(kept),
    choose: () => Promise.resolve(),
    tray: () => Promise.resolve('off'),
    showTray: (wanted) => Promise.resolve(wanted ? tray : 'off'),
    closing: () => () => undefined,
    invited: () => () => undefined,
  };
  live(host);
}
