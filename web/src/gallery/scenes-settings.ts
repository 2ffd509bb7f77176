import type { Command, Fault } from '../engine/types';
import { words } from '../i18n/lang.svelte';
import { press, settle, write } from './hands';
import { NAMES } from './lines';
import type { Props, Scene } from './scenes';
import { stand } from './scenes-pages';

const DAY = 86_400;
const NOW = Math.floor(Date.now() / 1000);
const BLOCKED = ['风中絮', '夜航船', '不系舟', '半山听雨', '蓝', 'a stranger with a long name', '渡口'];

function answer({ engine }: Props, blocked: readonly string[], others: number): void {
  const email = 'fuzhou@example.org';
  engine.reply('load-account', {
    answer: 'account',
    account: { email, username: NAMES.own, created: NOW - 90 * DAY, language: 'zh-CN' },
  });
  const lines = Array.from({ length: 1 + others }, (_, n) => ({
    session: `session-${n}`,
    agent: n === 2 ? 'floater/0.1.0' : 'floater-web/0.1.0',
    created: NOW - (n + 1) * 9 * DAY,
    used: NOW - n * DAY,
    current: n === 0,
  }));
  engine.reply('load-sessions', { answer: 'sessions', sessions: lines });
  const blocks = blocked.map((name, n) => ({ id: name, name, date: NOW - (n + 3) * DAY }));
  engine.reply('load-blocks', { answer: 'blocks', blocks });
}

async function open(props: Props): Promise<void> {
  await stand(props, { at: 'main', username: NAMES.own, ending: null });
  await press(words().main.settings);
}

/** The settings, then what is done there. What was done stands in sight. */
export function opened(...steps: ((props: Props) => unknown)[]): Scene {
  return async (props) => {
    answer(props, BLOCKED.slice(0, 2), 2);
    await open(props);
    for (const step of steps) await step(props);
    await settle();
  };
}

/** Scrolls to a section. */
export function look(title: string): void {
  const headings = [...document.querySelectorAll('h2')];
  headings.find((heading) => heading.textContent === title)?.parentElement?.scrollIntoView();
}

const refuse = (what: Command['do'], fault: Fault) => (props: Props) => {
  props.engine.refuse(what, fault);
};

const rename = (name: string) => async () => {
  await press(words().settings.username);
  await write(words().door.username, name);
  await press(words().settings.change);
};

const changePassword = (chosen: string) => async () => {
  await press(words().settings.password);
  await write(words().settings.current, 'a long sentence');
  await write(words().door.newPassword, chosen);
  await press(words().settings.change);
};

async function remove(): Promise<void> {
  await press(words().settings.delete);
  await write(words().settings.current, 'not this one');
  await press(words().settings.deleteGo);
  look(words().settings.data);
}

/** Presses a switch, whose label goes on with a note. */
export async function flip(label: string): Promise<void> {
  const labels = [...document.querySelectorAll('label')];
  labels.find((one) => one.textContent.trim().startsWith(label))?.click();
  await settle();
}

/** What the browser says when it is asked for notifications. */
function browserSays(answer: NotificationPermission): void {
  Notification.requestPermission = () => Promise.resolve(answer);
}

/** A phone lets service workers alone make notifications: there is no constructor. */
function phone(): void {
  const requestPermission = () => Promise.resolve('granted');
  const value = Object.assign(() => undefined, { permission: 'default', requestPermission });
  Object.defineProperty(globalThis, 'Notification', { value });
}

/** What one can set. */
export const settings: Record<string, Scene> = {
  settings: opened(),
  'settings-talking': opened(() => look(words().settings.talking)),
  'settings-lists': opened(() => look(words().settings.blocks)),
  'settings-data': opened(() => look(words().settings.data)),
  'settings-loading': async (props) => {
    props.engine.hold('load-account', 'load-sessions', 'load-blocks');
    await open(props);
    look(words().settings.blocks);
  },
  'settings-empty': async (props) => {
    answer(props, [], 0);
    await open(props);
    look(words().settings.blocks);
  },
  'settings-many-blocked': async (props) => {
    answer(props, BLOCKED, 0);
    await open(props);
    look(words().settings.blocks);
  },
  'settings-unreachable': async (props) => {
    for (const what of ['load-account', 'load-sessions', 'load-blocks'] as const) {
      props.engine.refuse(what, 'unavailable');
    }
    await open(props);
    look(words().settings.blocks);
  },
  'settings-lost': opened(({ engine }) => {
    const retryAt = engine.now() + 8000;
    engine.play({ event: 'link', state: { link: 'lost', retryAt, heldUntil: null } });
  }),
  'settings-name': opened(() => press(words().settings.username)),
  'settings-name-wrong': opened(rename(' ')),
  'settings-name-refused': opened(refuse('change-username', 'seated'), rename('新名字')),
  'settings-name-done': opened(rename('新名字'), (props) =>
    stand(props, { at: 'main', username: '新名字', ending: null }),
  ),
  'settings-password': opened(() => press(words().settings.password)),
  'settings-password-short': opened(changePassword('短')),
  'settings-password-wrong': opened(
    refuse('change-password', 'wrong-credentials'),
    changePassword('海上生明月天涯共此时'),
  ),
  'settings-password-done': opened(changePassword('海上生明月天涯共此时')),
  'settings-notify-refused': opened(
    () => browserSays('default'),
    () => flip(words().settings.notify),
    () => look(words().settings.talking),
  ),
  'settings-notify-missing': opened(
    phone,
    () => flip(words().settings.notify),
    () => look(words().settings.talking),
  ),
  'settings-unblock': opened(() => press(`${words().settings.unblock} · ${BLOCKED[0]}`)),
  'settings-unblock-refused': opened(
    refuse('unblock', 'too-many'),
    () => press(`${words().settings.unblock} · ${BLOCKED[0]}`),
    () => press(words().settings.unblockGo),
  ),
  'settings-unblocked': opened(
    () => press(`${words().settings.unblock} · ${BLOCKED[0]}`),
    (props) => answer(props, BLOCKED.slice(1, 2), 2),
    () => press(words().settings.unblockGo),
  ),
  'settings-others-ended': opened(
    (props) => answer(props, BLOCKED.slice(0, 2), 0),
    () => press(words().settings.endOthers),
  ),
  'settings-end-refused': opened(
    refuse('end-other-sessions', 'unavailable'),
    () => press(words().settings.endOthers),
    () => look(words().settings.sessions),
  ),
  'settings-exported': opened(
    ({ engine }) => engine.reply('export', { answer: 'export', json: '{}' }),
    () => press(words().settings.exportGo),
    () => look(words().settings.data),
  ),
  'settings-export-refused': opened(
    refuse('export', 'too-many'),
    () => press(words().settings.exportGo),
    () => look(words().settings.data),
  ),
  'settings-delete': opened(
    () => press(words().settings.delete),
    () => look(words().settings.data),
  ),
  'settings-delete-wrong': opened(refuse('delete-account', 'wrong-credentials'), remove),
  'settings-rules': opened(
    () => press(words().rules.title),
    () => look(words().settings.rules),
  ),
  'settings-deleted': opened(remove, ({ engine }) => {
    engine.play({ event: 'stage', stage: { at: 'door' } });
  }),
};
