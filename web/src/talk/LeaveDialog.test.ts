import { fireEvent, render, screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import Page from '../App.svelte';
import { Script } from '../gallery/lines';
import { Scripted } from '../gallery/scripted';
import { zh } from '../i18n/zh-CN';
import { App } from '../state/app.svelte';
import { keep } from '../state/prefs.svelte';

const user = userEvent.setup();
let engine: Scripted;
let red: HTMLElement;

beforeEach(async () => {
  keep({ language: 'zh-CN', policy: 'hidden' });
  engine = new Scripted();
  render(Page, { app: new App(engine) });
  new Script(engine).begin();
  red = await screen.findByRole('button', { name: zh.talk.disconnect });
});

async function ask(): Promise<HTMLElement> {
  await user.click(red);
  return screen.getByRole('alertdialog', { name: zh.talk.leaveTitle });
}

const focused = () => document.activeElement?.textContent.trim();

test('the red button asks: the focus is on going on, and nothing has happened', async () => {
  await ask();
  expect(focused()).toBe(zh.talk.leaveStay);
  expect(engine.all('leave')).toEqual([]);
});

test('Esc takes it back, and the focus returns', async () => {
  const dialog = await ask();
  await fireEvent(dialog, new Event('cancel', { cancelable: true }));
  expect(screen.queryByRole('alertdialog')).toBeNull();
  expect(document.activeElement).toBe(red);
  expect(engine.all('leave')).toEqual([]);
});

test('going on goes on, and a press beside the dialog decides nothing', async () => {
  const dialog = await ask();
  await user.click(dialog);
  expect(screen.queryByRole('alertdialog')).toBe(dialog);
  await user.click(within(dialog).getByText(zh.talk.leaveStay));
  expect(screen.queryByRole('alertdialog')).toBeNull();
  expect(engine.all('leave')).toEqual([]);
});

test('yes leaves, once', async () => {
  await user.click(within(await ask()).getByText(zh.talk.leaveGo));
  expect(screen.queryByRole('alertdialog')).toBeNull();
  expect(engine.all('leave')).toHaveLength(1);
});

test('Esc twice from where one writes asks the same, and returns there', async () => {
  const field = screen.getByLabelText(zh.talk.own);
  await fireEvent.keyDown(field, { key: 'Escape' });
  expect(screen.queryByRole('alertdialog')).toBeNull();
  await fireEvent.keyDown(field, { key: 'Escape' });
  expect(focused()).toBe(zh.talk.leaveStay);
  await fireEvent(screen.getByRole('alertdialog'), new Event('cancel', { cancelable: true }));
  expect(document.activeElement).toBe(field);
});

test('Esc in the menu closes the menu and counts for nothing else', async () => {
  await user.click(screen.getByRole('button', { name: zh.talk.menu }));
  await user.keyboard('{Escape}{Escape}');
  expect(screen.queryByRole('menu')).toBeNull();
  expect(screen.queryAllByText(zh.talk.escHint)).toEqual([]);
  expect(screen.queryByRole('alertdialog')).toBeNull();
});
