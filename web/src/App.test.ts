import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import Page from './App.svelte';
import type { Ending } from './engine/types';
import { NAMES, Script } from './gallery/lines';
import { Scripted } from './gallery/scripted';
import { zh } from './i18n/zh-CN';
import { App, AFTERMATH } from './state/app.svelte';
import { keep } from './state/prefs.svelte';

const user = userEvent.setup();
let engine: Scripted;
let app: App;
let script: Script;

beforeEach(async () => {
  keep({ language: 'zh-CN', policy: 'hidden' });
  engine = new Scripted();
  app = new App(engine);
  const icon = document.createElement('link');
  icon.id = 'favicon';
  document.head.append(icon);
  render(Page, { app });
  script = new Script(engine);
  script.begin();
  await screen.findByLabelText(zh.talk.own);
});
afterEach(() => {
  vi.restoreAllMocks();
  document.querySelector('#favicon')?.remove();
});

function end(ending: Ending): void {
  engine.play({ event: 'stage', stage: { at: 'main', username: NAMES.own, ending } });
}

const field = () => screen.getByLabelText<HTMLTextAreaElement>(zh.talk.own);

test('while nobody looks the title counts, names who writes, and the icon has a dot', async () => {
  const looks = vi.spyOn(document, 'hasFocus').mockReturnValue(false);
  window.dispatchEvent(new FocusEvent('blur'));
  script.peer('在吗', 2);
  script.peer('潮来了', 1);
  await tick();
  expect(document.title).toBe(`(2) ${NAMES.peer}`);
  expect(document.querySelector('#favicon')?.getAttribute('href')).toBe('/favicon-dot.svg');
  expect(engine.all('seen')).toEqual([]);
  looks.mockReturnValue(true);
  window.dispatchEvent(new FocusEvent('focus'));
  await waitFor(() => expect(document.title).toBe(zh.brand));
  expect(document.querySelector('#favicon')?.getAttribute('href')).toBe('/favicon.svg');
  expect(engine.all('seen')).toEqual([{ do: 'seen', number: 2 }]);
});

test('a notification says nothing of what was written, nor by whom', () => {
  const shown = vi.fn(function Asked() {});
  vi.stubGlobal('Notification', Object.assign(shown, { permission: 'granted' }));
  vi.spyOn(document, 'hasFocus').mockReturnValue(false);
  keep({ notify: true });
  if (app.talk) app.talk.muted = true;
  script.peer('只给你看', 1);
  const words = { body: zh.notification.message, tag: 'floater', icon: '/favicon.svg' };
  expect(shown.mock.calls).toEqual([[zh.brand, words]]);
  keep({ notify: false });
  script.peer('还有', 1);
  expect(shown).toHaveBeenCalledTimes(1);
  vi.unstubAllGlobals();
});

test('the line is lost: it counts down, and what is being written stays', async () => {
  await user.type(field(), '写到一半');
  const clock = vi.spyOn(engine, 'now').mockReturnValue(1000);
  engine.play({ event: 'link', state: { link: 'lost', retryAt: 3000, heldUntil: 102_500 } });
  expect(await screen.findByText(zh.talk.reconnecting('1:42'))).toBeTruthy();
  // Seen with its clock, said without.
  expect(screen.getByText(zh.talk.reconnectingPlain).getAttribute('role')).toBe('status');
  clock.mockReturnValue(2000);
  expect(await screen.findByText(zh.talk.reconnecting('1:41'))).toBeTruthy();
  engine.play({ event: 'link', state: { link: 'up' } });
  await tick();
  expect(screen.queryByText(/正在重连/u)).toBeNull();
  expect(field().value).toBe('写到一半');
});

test('the other one’s trouble is told', async () => {
  vi.spyOn(engine, 'now').mockReturnValue(1000);
  engine.play({ event: 'peer', peer: { peer: 'away', until: 61_000 } });
  expect(await screen.findByText(/对方网络不稳 · 位置保留 1:00/u)).toBeTruthy();
});

test('what was being written is gone with the conversation', async () => {
  await user.type(field(), '没说完');
  const { talk } = app;
  end('peer-left');
  await tick();
  expect(talk?.draft).toBe('');
  expect(document.body.textContent).not.toContain('没说完');
});

test.each(['you-left', 'peer-left', 'lost', 'moderator'] as const)(
  'the end (%s) has words of its own, and the focus is on them',
  async (ending) => {
    end(ending);
    const heading = await screen.findByRole('heading', { name: zh.endings[ending] });
    expect(screen.getByText(zh.endingNotes[ending])).toBeTruthy();
    await waitFor(() => expect(document.activeElement).toBe(heading));
  },
);

test('for ten minutes one can report, block and save; who is blocked is blocked once', async () => {
  script.peer('你好呀', 1);
  end('peer-left');
  const names = [zh.talk.saveTranscript, zh.talk.report, zh.talk.block];
  for (const name of names) expect(await screen.findByRole('button', { name })).toBeTruthy();
  await user.click(screen.getByRole('button', { name: zh.talk.block }));
  await user.click(screen.getAllByRole('button', { name: zh.block.go }).at(-1) ?? document.body);
  expect(engine.all('block')).toHaveLength(1);
  expect(await screen.findByText(zh.block.done(NAMES.peer))).toBeTruthy();
  expect(screen.queryByRole('button', { name: zh.talk.block })).toBeNull();
});

test('after ten minutes nothing of it is left', async () => {
  vi.useFakeTimers();
  try {
    script.peer('你好呀', 1);
    end('peer-left');
    await vi.advanceTimersByTimeAsync(AFTERMATH - 1);
    expect(app.past).not.toBeNull();
    await vi.advanceTimersByTimeAsync(1);
    expect(app.past).toBeNull();
    expect(engine.all('forget')).toHaveLength(1);
  } finally {
    vi.useRealTimers();
  }
});

test('going away asks in a conversation, and nowhere else', () => {
  const leaving = () => {
    const event = new Event('beforeunload', { cancelable: true });
    window.dispatchEvent(event);
    return event.defaultPrevented;
  };
  expect(leaving()).toBe(true);
  end('you-left');
  expect(leaving()).toBe(false);
});
