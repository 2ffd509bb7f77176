import { words } from '../i18n/lang.svelte';
import { press } from './hands';
import { NAMES } from './lines';
import type { Props, Scene } from './scenes';
import { stand } from './scenes-pages';

const DAY = 86_400;

async function open(props: Props, blocked = true): Promise<void> {
  const { engine } = props;
  const now = Math.floor(Date.now() / 1000);
  const email = 'fuzhou@example.org';
  engine.reply('load-account', {
    answer: 'account',
    account: { email, username: NAMES.own, created: now - 90 * DAY, language: 'zh-CN' },
  });
  const line = { created: now - 9 * DAY, used: now - DAY };
  engine.reply('load-sessions', {
    answer: 'sessions',
    sessions: [
      { session: 'a', agent: 'floater-web/0.1.0', ...line, current: true },
      { session: 'b', agent: 'floater-tui/0.1.0', ...line, current: false },
    ],
  });
  const blocks = [{ id: 'x', name: '风中絮', date: now - 3 * DAY }];
  engine.reply('load-blocks', { answer: 'blocks', blocks: blocked ? blocks : [] });
  await stand(props, { at: 'main', username: NAMES.own, ending: null });
  await press(words().main.settings);
}

/** What one can set. */
export const settings: Record<string, Scene> = {
  settings: (props) => open(props),
  'settings-no-blocks': (props) => open(props, false),
  'settings-unreachable': async (props) => {
    await open(props);
    await press(words().common.back);
    for (const what of ['load-account', 'load-sessions', 'load-blocks'] as const) {
      props.engine.refuse(what, 'unavailable');
    }
    await press(words().main.settings);
  },
};
