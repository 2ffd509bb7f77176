import type { PictureState, SafetyWord } from '../engine/types';
import { words } from '../i18n/lang.svelte';
import { TEXT_MAX } from '../text/graphemes';
import { key, press, settle, write } from './hands';
import { Script } from './lines';
import { paint, type Painted } from './pictures';
import type { Props, Scene } from './scenes';

const SAFETY: SafetyWord[] = [
  { emoji: '🐢', zh: '乌龟', en: 'turtle' },
  { emoji: '🌙', zh: '月亮', en: 'moon' },
  { emoji: '🍎', zh: '苹果', en: 'apple' },
  { emoji: '⛵', zh: '帆船', en: 'boat' },
  { emoji: '🎈', zh: '气球', en: 'balloon' },
  { emoji: '🔑', zh: '钥匙', en: 'key' },
  { emoji: '🌵', zh: '仙人掌', en: 'cactus' },
];

async function talk({ engine }: Props): Promise<Script> {
  const script = new Script(engine);
  script.begin();
  script.peer('你好呀。你那边现在是什么天气？', 640);
  const rain = script.own('下着小雨，窗子开着，能听见。', 610);
  const you = script.own('你呢？', 600);
  script.peer('刚停。地上亮亮的，像有人把灯打翻了。', 340, rain);
  script.peer('我常看这个：https://example.org/tides?port=42 潮水几点来都写着。', 330);
  const last = script.own('那我们算是在同一片水上漂着。', 60);
  const now = script.own('今天想聊点什么？', 8);
  script.tick(you, 'seen');
  script.tick(rain, 'seen');
  script.tick(last, 'delivered');
  script.tick(now, 'sent');
  engine.play({ event: 'safety', words: SAFETY });
  await settle();
  return script;
}

async function show(props: Props, by: 'A' | 'B', id: string): Promise<Painted> {
  const painted = await paint(id);
  const script = await talk(props);
  script.show(by, { kind: 'picture', offer: painted.offer }, 4);
  return painted;
}

/** One picture of the other, in one state. */
function picture(state?: PictureState, open = false): Scene {
  return async (props) => {
    const { bytes } = await show(props, 'B', 'sea');
    if (state) props.engine.play({ event: 'picture', id: 'sea', state });
    if (open) props.engine.open('sea', bytes);
    await settle();
  };
}

async function ownPicture(props: Props): Promise<void> {
  const { bytes, offer } = await paint('own');
  const script = await talk(props);
  const { kind, width, height, thumbhash, still } = offer;
  props.app.talk?.attachment.put({ kind, width, height, thumbhash, still, bytes });
  await props.app.talk?.send();
  script.show('A', { kind: 'picture', offer }, 4);
  props.engine.play({ event: 'picture', id: 'own', state: { state: 'moving', done: 9000 } });
  await settle();
}

async function attached(props: Props): Promise<void> {
  await talk(props);
  const { bytes, offer } = await paint('own');
  const { kind, width, height, thumbhash, still } = offer;
  props.app.talk?.attachment.put({ kind, width, height, thumbhash, still, bytes });
  await settle();
}

function after(...steps: ((props: Props) => unknown)[]): Scene {
  return async (props) => {
    await talk(props);
    for (const step of steps) await step(props);
    await settle();
  };
}

const draft = (text: string) => () => write(words().talk.own, text);

/** The conversation in all its weathers. */
export const conversation: Record<string, Scene> = {
  'talk-new': ({ engine }) => new Script(engine).begin(),
  talk: after(),
  'talk-typing': after(({ engine }) => engine.play({ event: 'typing', typing: true })),
  'talk-draft': after(draft('第一行\n第二行\n第三行\n第四行\n第五行\n第六行\n第七行')),
  'talk-near-limit': after(draft('潮'.repeat(Math.floor(TEXT_MAX / 3) - 40))),
  'talk-over-limit': after(draft('潮'.repeat(Math.floor(TEXT_MAX / 3) + 40))),
  'talk-quote': after(({ app }) => {
    if (app.talk) app.talk.quote = app.talk.lines[3] ?? null;
  }),
  'talk-picture-arriving': picture({ state: 'moving', done: 5000 }),
  'talk-picture-blurred': picture({ state: 'complete' }),
  'talk-picture-failed': picture({ state: 'failed' }),
  'talk-picture-open': picture({ state: 'complete' }, true),
  'talk-picture-spoilt': async (props) => {
    await picture({ state: 'complete' })(props);
    props.engine.open('sea', new Uint8Array(16));
    await settle();
  },
  'talk-picture-large': async (props) => {
    await picture({ state: 'complete' }, true)(props);
    document.querySelector<HTMLElement>('figure .frame')?.click();
    await settle();
  },
  'talk-picture-own': ownPicture,
  'talk-attached': attached,
  'talk-attached-quote': async (props) => {
    await attached(props);
    if (props.app.talk) props.app.talk.quote = props.app.talk.lines[3] ?? null;
    await settle();
  },
  'talk-attach-wrong': after(({ app }) => {
    if (app.talk) app.talk.attachment.note = 'kind';
  }),
  'talk-full': after(({ engine }) => engine.play({ event: 'can-say', can: false })),
  'talk-reconnecting': after(({ engine }) => {
    const [retryAt, heldUntil] = [engine.now() + 3000, engine.now() + 102_000];
    engine.play({ event: 'link', state: { link: 'lost', retryAt, heldUntil } });
  }),
  'talk-peer-away': after(({ engine }) => {
    engine.play({ event: 'peer', peer: { peer: 'away', until: engine.now() + 71_000 } });
  }),
  'talk-menu': after(() => press(words().talk.menu)),
  'talk-safety': after(() => document.querySelector<HTMLElement>('header .chip')?.click()),
  'talk-link': after(() => document.querySelector<HTMLElement>('.address')?.click()),
  'talk-escape': after(() => key('textarea', 'Escape')),
  'talk-leave': after(() => press(words().talk.disconnect)),
  'talk-report': after(
    () => press(words().talk.menu),
    () => press(words().talk.report),
  ),
  'talk-block': after(
    () => press(words().talk.menu),
    () => press(words().talk.block),
  ),
};
