import { words } from '../i18n/lang.svelte';
import { around } from './around';
import { press, settle, write } from './hands';
import type { Props, Scene } from './scenes';

const ADDRESS = 'fuzhou@example.org';

async function atDoor({ engine }: Props): Promise<void> {
  engine.play({ event: 'link', state: { link: 'up' } }, { event: 'stage', stage: { at: 'door' } });
  await settle();
}

async function logIn(props: Props): Promise<void> {
  await atDoor(props);
  await write(words().door.email, ADDRESS);
  await write(words().door.password, 'a long sentence');
  await press(words().door.logIn);
}

async function register(props: Props, name = '浮舟'): Promise<void> {
  await atDoor(props);
  await press(words().door.register);
  await write(words().door.email, ADDRESS);
  await write(words().door.username, name);
  await write(words().door.password, '海上生明月天涯共此时');
}

async function mailed(props: Props): Promise<void> {
  props.engine.reply('register', { answer: 'mailed', secret: 'secret' });
  await register(props);
  await press(words().door.adult);
  await press(words().door.register);
}

/** The way in. */
export const door: Record<string, Scene> = {
  'door-log-in': atDoor,
  'door-log-in-empty': async (props) => {
    await atDoor(props);
    await press(words().door.logIn);
  },
  'door-log-in-wrong': async (props) => {
    props.engine.refuse('log-in', 'wrong-credentials');
    await logIn(props);
  },
  'door-log-in-too-many': async (props) => {
    props.engine.refuse('log-in', 'too-many', { retry_after: 45_000 });
    await logIn(props);
  },
  'door-log-in-suspended': async (props) => {
    props.engine.refuse('log-in', 'suspended', { message: 'spam' });
    await logIn(props);
  },
  'door-window': async (props) => {
    around();
    await atDoor(props);
  },
  'door-window-server': async (props) => {
    around();
    await atDoor(props);
    await press(words().server.now);
    document.querySelector('details[open]')?.scrollIntoView();
  },
  'door-session-ended': async (props) => {
    props.engine.play({ event: 'session-ended', why: 'password' });
    await atDoor(props);
  },
  'door-register': register,
  'door-register-wrong': async (props) => {
    await atDoor(props);
    await press(words().door.register);
    await press(words().door.register);
  },
  'door-activate': mailed,
  'door-activate-wrong': async (props) => {
    await mailed(props);
    props.engine.refuse('activate', 'code-wrong');
    await write(words().door.code, 'ABCD2345');
    await press(words().door.activate);
  },
  'door-activated': async (props) => {
    await mailed(props);
    await write(words().door.code, 'ABCD2345');
    await press(words().door.activate);
  },
  'door-recover': async (props) => {
    await atDoor(props);
    await press(words().door.forgotten);
  },
  'door-reset': async (props) => {
    props.engine.reply('recover', { answer: 'mailed', secret: 'secret' });
    await atDoor(props);
    await press(words().door.forgotten);
    await write(words().door.email, ADDRESS);
    await press(words().door.recover);
  },
};
