import type { Failure } from '../engine/engine';
import { words } from '../i18n/lang.svelte';
import { press, settle, write } from './hands';
import type { Scene } from './scenes';
import { atDoor } from './scenes-door';
import { flip, look, opened } from './scenes-settings';

/** The names of what only a window shows begin so. */
export const WINDOW = 'window-';
const ELSEWHERE = 'floater://river.example:7575';

/** What a window shows that its program put around the page. */
export const windows: Record<string, Scene> = {
  'window-unreachable': async ({ engine }) => {
    engine.play({ event: 'trouble', trouble: { why: 'unreachable' } });
    engine.play({ event: 'link', state: { link: 'lost', retryAt: 0, heldUntil: null } });
    await settle();
    await press(words().server.other);
  },
  'window-invited': async (props) => {
    await atDoor(props);
    props.around.invite(ELSEWHERE);
    await settle();
  },
  'window-invited-refused': async (props) => {
    await atDoor(props);
    props.around.refusal = { why: 'data', said: '' };
    props.around.invite(ELSEWHERE);
    await settle();
    await press(words().server.go);
  },
  'window-door': atDoor,
  'window-door-server': async (props) => {
    await atDoor(props);
    await press(words().server.now);
    document.querySelector('details[open]')?.scrollIntoView();
  },
  'window-session-locked': async (props) => {
    props.around.session = 'locked';
    await opened(() => look(words().server.title))(props);
  },
  'window-tray': opened(
    () => flip(words().window.tray),
    () => look(words().window.title),
  ),
  'window-tray-missing': opened(
    ({ around }) => (around.icon = 'missing'),
    () => flip(words().window.tray),
    () => look(words().window.title),
  ),
  'window-server': opened(async () => {
    look(words().server.title);
    await press(words().server.now);
  }),
  'window-server-wrong': opened(async ({ around }) => {
    around.refusal = { why: 'address', said: '' };
    look(words().server.title);
    await press(words().server.now);
    await write(words().server.address, 'http://river.example');
    await press(words().server.go);
  }),
};

/** Why a window could not begin. */
export const broken: Record<string, Failure> = {
  'window-no-server': { why: 'no-server', said: '' },
  'window-no-address': { why: 'address', said: 'floater://river.example:0' },
  'window-in-use': { why: 'in-use', said: '' },
  'window-no-data': { why: 'data', said: 'Permission denied (os error 13)' },
  'window-no-system': { why: 'system', said: 'Too many open files (os error 24)' },
};
