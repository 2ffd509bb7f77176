import { render, screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import { tick } from 'svelte';
import type { Tick } from '../engine/types';
import { Script } from '../gallery/lines';
import { Scripted } from '../gallery/scripted';
import { zh } from '../i18n/zh-CN';
import { App } from '../state/app.svelte';
import { keep } from '../state/prefs.svelte';
import { full } from '../text/time';
import Log from './Log.svelte';

let app: App;
let script: Script;
let log: HTMLElement;
let unmount: () => void;

beforeEach(() => {
  keep({ language: 'zh-CN' });
  const engine = new Scripted();
  app = new App(engine);
  script = new Script(engine);
  script.begin();
  if (!app.talk) throw new Error('no conversation');
  ({ unmount } = render(Log, { app, talk: app.talk }));
  log = screen.getByRole('log', { name: zh.talk.log });
});

async function ticks(): Promise<string[]> {
  await tick();
  return [...log.querySelectorAll('.tick')].map((shown) => shown.textContent);
}

test('a tick tells how far a line came, and never goes back', async () => {
  const of = script.own('潮来了', 3);
  const seen = [await ticks()];
  for (const tick of ['sent', 'delivered', 'sent', 'seen', 'delivered'] as Tick[]) {
    script.tick(of, tick);
    seen.push(await ticks());
  }
  expect(seen.flat()).toEqual(['等待', '已发', '已送达', '已送达', '已读', '已读']);
});

test('lines that came equally far have one tick, under the last', async () => {
  const [one, two] = [script.own('一', 3), script.own('二', 2)];
  expect(await ticks()).toEqual(['', '等待']);
  script.tick(one, 'delivered');
  expect(await ticks()).toEqual(['已送达', '等待']);
  script.tick(two, 'seen');
  expect(await ticks()).toEqual(['', '已读']);
});

test('a line of the other has no tick', async () => {
  script.peer('你好呀', 3);
  expect(await ticks()).toEqual([]);
});

test('the hour is told from now, and in full where one asks', async () => {
  script.peer('你好呀', 300);
  await tick();
  const time = within(log).getByText<HTMLTimeElement>(zh.talk.minutesAgo(5));
  const at = Date.parse(time.dateTime);
  expect(Math.abs(app.wallOf(script.at(300)) - at)).toBeLessThan(60_000);
  expect(time.title).toBe(full(at, 'zh-CN'));
});

test('a quoted reply shows what it answers, and whose that is', async () => {
  const of = script.own('下着小雨', 60);
  script.peer('这里刚停', 3, of);
  await tick();
  expect(log.querySelector('.quoted')?.textContent).toBe('浮舟: 下着小雨');
});

test('an address is text; tapped, it is shown as the browser reads it before it opens', async () => {
  script.peer('看 https://аpple.com/a', 3);
  await tick();
  expect(log.querySelector('a')).toBeNull();
  await userEvent.click(within(log).getByText('https://аpple.com/a'));
  const dialog = screen.getByRole('dialog');
  expect(within(dialog).getByText('https://xn--pple-43d.com/a')).toBeTruthy();
  const link = within(dialog).getByRole<HTMLAnchorElement>('link');
  expect([link.target, link.rel]).toEqual(['_blank', 'noopener noreferrer nofollow']);
});

test('lines are the only thing in the log that is read out', async () => {
  script.own('潮来了', 3);
  if (app.talk) app.talk.typing = true;
  await tick();
  for (const quiet of log.querySelectorAll('.tick, .head')) {
    expect(quiet.getAttribute('aria-live')).toBe('off');
  }
  expect(log.querySelector('.typing')?.getAttribute('aria-hidden')).toBe('true');
});

test('a scroll that comes when the conversation is gone is no error', () => {
  const errors: unknown[] = [];
  const note = (event: ErrorEvent) => errors.push(event.error);
  window.addEventListener('error', note);
  unmount();
  log.dispatchEvent(new Event('scroll'));
  window.removeEventListener('error', note);
  expect(errors).toEqual([]);
});
