import type { Ending, LinkState, Stage } from '../engine/types';
import { words } from '../i18n/lang.svelte';
import { keep } from '../state/prefs.svelte';
import { press, settle } from './hands';
import { NAMES, Script } from './lines';
import type { Props, Scene } from './scenes';

const main: Stage = { at: 'main', username: NAMES.own, ending: null };

/** The server is there, so many people are, and one stands on a page. */
export async function stand({ engine }: Props, stage: Stage, link?: LinkState): Promise<void> {
  engine.play(
    { event: 'link', state: link ?? { link: 'up' } },
    { event: 'here', here: { at_least: 0, below: 10 } },
    { event: 'stage', stage },
  );
  await settle();
}

function ended(ending: Ending): Scene {
  return async (props) => {
    const script = new Script(props.engine);
    script.begin();
    script.peer('那就到这里吧，很高兴遇见你。', 30);
    script.own('我也是。一路顺风。', 12);
    await stand(props, { at: 'main', username: NAMES.own, ending });
  };
}

function waiting(after: Ending | null): Scene {
  return (props) => {
    const since = props.engine.now() - 83_000;
    return stand(props, { at: 'waiting', username: NAMES.own, since, after });
  };
}

function greeting(own: boolean, peer: boolean, metBefore = false): Scene {
  return async (props) => {
    const until = props.engine.now() + 38_000;
    await stand(props, { at: 'greeting', ...NAMES, until, metBefore });
    props.engine.play({ event: 'greeted', own, peer });
    await settle();
  };
}

/** Everything between the door and the conversation. */
export const pages: Record<string, Scene> = {
  starting: () => undefined,
  'starting-not-pinned': async ({ engine }) => {
    const [pinned, shown] = ['9f0c'.repeat(16), '71e3'.repeat(16)];
    engine.play({ event: 'trouble', trouble: { why: 'not-pinned', pinned, shown } });
    engine.play({ event: 'link', state: { link: 'lost', retryAt: 0, heldUntil: null } });
    await settle();
  },
  'main-unreachable': async (props) => {
    props.engine.play({ event: 'trouble', trouble: { why: 'unreachable' } });
    const retryAt = props.engine.now() + 8000;
    await stand(props, main, { link: 'lost', retryAt, heldUntil: null });
  },
  first: async (props) => {
    keep({ policy: null });
    await stand(props, main);
  },
  main: (props) => stand(props, main),
  'main-many': async (props) => {
    await stand(props, main);
    props.engine.play({ event: 'here', here: { at_least: 100, below: 200 } });
  },
  'main-lost': (props) => {
    const retryAt = props.engine.now() + 8000;
    return stand(props, main, { link: 'lost', retryAt, heldUntil: null });
  },
  'main-after-you-left': ended('you-left'),
  'main-after-peer-left': ended('peer-left'),
  'main-after-lost': ended('lost'),
  'main-after-moderator': ended('moderator'),
  'main-after-you-silent': (props) => stand(props, { ...main, ending: 'you-silent' }),
  'main-after-reported': async (props) => {
    await ended('peer-left')(props);
    await press(words().talk.report);
    await press(words().report.send);
  },
  waiting: waiting(null),
  'waiting-widened': async (props) => {
    await waiting(null)(props);
    props.engine.play({ event: 'widened' });
  },
  'waiting-uncalled': async (props) => {
    keep({ sounds: false, title: false });
    await waiting(null)(props);
  },
  'waiting-after-silence': waiting('peer-silent'),
  greeting: greeting(false, false),
  'greeting-own': greeting(true, false),
  'greeting-peer': greeting(false, true),
  'greeting-met-before': greeting(false, false, true),
  'greeting-leave': async (props) => {
    await greeting(false, false)(props);
    await press(words().greeting.leave);
  },
  elsewhere: (props) => stand(props, { at: 'elsewhere', username: NAMES.own }),
};
