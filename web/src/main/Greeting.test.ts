import { fireEvent, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import Page from '../App.svelte';
import { NAMES } from '../gallery/lines';
import { Scripted } from '../gallery/scripted';
import { zh } from '../i18n/zh-CN';
import { App } from '../state/app.svelte';
import { keep } from '../state/prefs.svelte';

const user = userEvent.setup();
let engine: Scripted;

beforeEach(async () => {
  keep({ language: 'zh-CN', policy: 'hidden' });
  engine = new Scripted();
  vi.spyOn(engine, 'now').mockReturnValue(1000);
  render(Page, { app: new App(engine) });
  const until = engine.now() + 45_000;
  engine.play(
    { event: 'link', state: { link: 'up' } },
    { event: 'stage', stage: { at: 'greeting', ...NAMES, until, metBefore: false } },
  );
  await screen.findByText(zh.greeting.say);
});
afterEach(() => {
  vi.restoreAllMocks();
});

const field = () => screen.getByLabelText(zh.greeting.field);

test('both names, and the time that is left', () => {
  expect(screen.getByRole('group', { name: zh.greeting.both(NAMES.own, NAMES.peer) })).toBeTruthy();
  expect(screen.getByRole('timer').textContent).toMatch(/45 秒/u);
});

test('nothing can be written or shown yet but the greeting', () => {
  expect(screen.queryByLabelText(zh.talk.own)).toBeNull();
  expect(screen.queryByRole('log')).toBeNull();
  expect(document.querySelector('input[type=file]')).toBeNull();
});

test('one’s own greeting: it is said once, and one waits', async () => {
  await user.click(screen.getByRole('button', { name: zh.greeting.hello }));
  expect(engine.all('greet')).toHaveLength(1);
  engine.play({ event: 'greeted', own: true, peer: false });
  expect(await screen.findByText(zh.greeting.waitPeer)).toBeTruthy();
  const hello = screen.getByRole<HTMLButtonElement>('button', { name: zh.greeting.hello });
  expect(hello.disabled).toBe(true);
  expect(screen.queryByLabelText(zh.greeting.field)).toBeNull();
});

test('the other’s greeting is told', async () => {
  engine.play({ event: 'greeted', own: false, peer: true });
  expect(await screen.findByText(zh.greeting.waitYou)).toBeTruthy();
  expect(engine.all('greet')).toEqual([]);
});

test('typing 你好 does the same', async () => {
  await user.type(field(), '你好！{Enter}');
  expect(engine.all('greet')).toHaveLength(1);
});

test('anything else is not sent, and it is said why', async () => {
  await user.type(field(), '你好吗{Enter}');
  expect(engine.all('greet')).toEqual([]);
  expect(screen.getByText(zh.greeting.only)).toBeTruthy();
  expect(engine.heard.map((command) => command.do)).not.toContain('say');
});

test('Enter within a composition greets nobody', async () => {
  await fireEvent.compositionStart(field());
  await fireEvent.input(field(), { target: { value: '你好' } });
  await fireEvent.keyDown(field(), { key: 'Enter', keyCode: 13 });
  expect(engine.all('greet')).toEqual([]);
});

test('who did not greet is on the main page, with a kind word', async () => {
  engine.play({ event: 'stage', stage: { at: 'main', username: NAMES.own, ending: 'you-silent' } });
  expect(await screen.findByText(zh.endingNotes['you-silent'])).toBeTruthy();
});

test('who greeted waits on, with a kind word', async () => {
  const since = engine.now();
  engine.play({
    event: 'stage', stage: { at: 'waiting', username: NAMES.own, since, after: 'peer-silent' },
  });
  expect(await screen.findByText(new RegExp(zh.endingNotes['peer-silent'], 'u'))).toBeTruthy();
});
