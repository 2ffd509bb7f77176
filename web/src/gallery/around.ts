import { live, type Host, type Kept } from '../engine/host';

/** Where one is. */
const SERVER = 'floater://floater.example';

/** From now on the page is in a window, whose program keeps the session so. */
export function around(kept: Kept = 'keyring', server = SERVER): void {
  const host: Host = {
    notify: () => Promise.resolve(true),
    attract: () => undefined,
    save: () => Promise.resolve('there'),
    server: () => Promise.resolve(server),
    kept: () => Promise.resolve(kept),
    choose: () => Promise.resolve(),
    closing: () => () => undefined,
    invited: () => () => undefined,
  };
  live(host);
}
