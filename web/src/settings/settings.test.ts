import { once } from 'node:events';
import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import Page from '../App.svelte';
import { NAMES } from '../gallery/lines';
import { Scripted } from '../gallery/scripted';
import { zh } from '../i18n/zh-CN';
import { App } from '../state/app.svelte';
import { keep, prefs } from '../state/prefs.svelte';

const user = userEvent.setup();
let engine: Scripted;
let app: App;

beforeEach(async () => {
  keep({ language: 'zh-CN', policy: 'hidden', title: true, sounds: true, notify: false });
  engine = new Scripted();
  engine.hold('load-account', 'load-sessions', 'load-blocks');
  app = new App(engine);
  render(Page, { app });
  engine.play(
    { event: 'link', state: { link: 'up' } },
    { event: 'stage', stage: { at: 'main', username: NAMES.own, ending: null } },
  );
  await user.click(await screen.findByRole('button', { name: zh.main.settings }));
  await screen.findByRole('heading', { name: zh.settings.title });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const toggle = (label: string) => screen.getByRole('switch', { name: new RegExp(label, 'u') });

async function comesBack(): Promise<void> {
  const button = await screen.findByRole('button', { name: zh.main.settings });
  await waitFor(() => expect(document.activeElement).toBe(button));
}

test('who closes the settings stands again on the button that opened them', async () => {
  await user.click(screen.getByRole('button', { name: zh.common.back }));
  await comesBack();
});

test('Back leaves the settings and not the page, and asks nothing', async () => {
  const gone = once(window as unknown as EventTarget, 'popstate');
  history.back();
  await gone;
  await comesBack();
  expect(app.leaving).toBe(false);
});

test('sounds and title can both be off, and the page that waits says what is left', async () => {
  vi.spyOn(document, 'hasFocus').mockReturnValue(false);
  window.dispatchEvent(new FocusEvent('blur'));
  await user.click(toggle(zh.settings.sounds));
  const wait = { at: 'waiting', username: NAMES.own, since: engine.now(), after: null } as const;
  const meet = { at: 'greeting', ...NAMES, until: engine.now() + 45_000, metBefore: false } as const;
  engine.play({ event: 'stage', stage: wait });
  expect(await screen.findByText(zh.waiting.patience('标题'))).toBeTruthy();
  keep({ title: false });
  expect(await screen.findByText(zh.waiting.patienceSilent)).toBeTruthy();
  engine.play({ event: 'stage', stage: meet });
  await tick();
  expect(document.title).toBe(zh.brand);
  keep({ title: true });
  await tick();
  expect(document.title).toBe(zh.waiting.found);
});

test('the title is switched off here', async () => {
  await user.click(toggle(zh.settings.tab));
  expect(prefs.title).toBe(false);
});

test('where only a service worker may notify, the switch stays off and says so', async () => {
  const refused = vi.fn(function Illegal() {
    throw new TypeError('Illegal constructor');
  });
  const asked = { permission: 'default', requestPermission: () => Promise.resolve('granted') };
  vi.stubGlobal('Notification', Object.assign(refused, asked));
  await user.click(toggle(zh.settings.notify));
  expect(await screen.findByText(zh.settings.notifyMissing)).toBeTruthy();
  expect(prefs.notify).toBe(false);
  expect(toggle(zh.settings.notify)).toHaveProperty('checked', false);
});
