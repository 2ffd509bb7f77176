import { fireEvent, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test, vi } from 'vitest';
import { Script } from '../gallery/lines';
import { Scripted } from '../gallery/scripted';
import { zh } from '../i18n/zh-CN';
import { App } from '../state/app.svelte';
import { keep } from '../state/prefs.svelte';
import { TEXT_MAX } from '../text/graphemes';
import Composer from './Composer.svelte';

const user = userEvent.setup();
let engine: Scripted;
let app: App;
let field: HTMLTextAreaElement;

beforeEach(() => {
  keep({ language: 'zh-CN' });
  engine = new Scripted();
  app = new App(engine);
  new Script(engine).begin();
  if (!app.talk) throw new Error('no conversation');
  render(Composer, { app, talk: app.talk });
  field = screen.getByLabelText(zh.talk.own);
});

const said = () => engine.all('say').map((command) => 'text' in command && command.text);

/** An event at a moment of its own: how an input method orders its events is what matters. */
function at(moment: number, event: Event): boolean {
  Object.defineProperty(event, 'timeStamp', { value: moment });
  return field.dispatchEvent(event);
}

function enter(moment: number, method: { isComposing?: boolean; keyCode?: number } = {}): boolean {
  const event = new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true });
  for (const [name, value] of Object.entries({ keyCode: 13, ...method })) {
    Object.defineProperty(event, name, { value });
  }
  return at(moment, event);
}

test('one writes at once, Enter sends and the pane is empty', async () => {
  expect(document.activeElement).toBe(field);
  await user.keyboard('潮来了{Enter}');
  expect(said()).toEqual(['潮来了']);
  expect(field.value).toBe('');
});

test('Shift+Enter breaks the line', async () => {
  await user.keyboard('一{Shift>}{Enter}{/Shift}二');
  expect(field.value).toBe('一\n二');
  expect(said()).toEqual([]);
  await user.keyboard('{Enter}');
  expect(said()).toEqual(['一\n二']);
});

test('nothing but spaces is not sent', async () => {
  await user.keyboard('   {Enter}');
  expect(said()).toEqual([]);
});

test('Enter within a composition belongs to the input method', async () => {
  await fireEvent.input(field, { target: { value: 'ni hao' } });
  at(1000, new CompositionEvent('compositionstart'));
  expect(enter(1100)).toBe(true);
  expect(enter(1200, { isComposing: true })).toBe(true);
  expect(enter(1300, { keyCode: 229 })).toBe(true);
  expect(said()).toEqual([]);
});

test('Safari ends a composition before the key that ended it', async () => {
  await fireEvent.input(field, { target: { value: '你好' } });
  at(1000, new CompositionEvent('compositionstart'));
  at(2000, new CompositionEvent('compositionend'));
  enter(2001, { keyCode: 229 });
  enter(2002);
  expect(said()).toEqual([]);
  enter(2600);
  expect(said()).toEqual(['你好']);
});

test('Esc within a composition gives no hint', async () => {
  at(1000, new CompositionEvent('compositionstart'));
  await fireEvent.keyDown(field, { key: 'Escape' });
  expect(screen.queryAllByText(zh.talk.escHint)).toEqual([]);
  expect(app.leaving).toBe(false);
});

test('Esc twice asks before leaving; the hint after the first goes away by itself', async () => {
  vi.useFakeTimers();
  try {
    await fireEvent.keyDown(field, { key: 'Escape' });
    expect(screen.queryAllByText(zh.talk.escHint)).not.toEqual([]);
    await vi.advanceTimersByTimeAsync(3001);
    expect(screen.queryAllByText(zh.talk.escHint)).toEqual([]);
    await fireEvent.keyDown(field, { key: 'Escape' });
    expect(app.leaving).toBe(false);
    await vi.advanceTimersByTimeAsync(2900);
    await fireEvent.keyDown(field, { key: 'Escape' });
    expect(app.leaving).toBe(true);
  } finally {
    vi.useRealTimers();
  }
});

test('a key that is held is pressed once, and who writes on does not want to leave', async () => {
  await fireEvent.keyDown(field, { key: 'Escape' });
  await fireEvent.keyDown(field, { key: 'Escape', repeat: true });
  expect(app.leaving).toBe(false);
  await user.keyboard('还有');
  await fireEvent.keyDown(field, { key: 'Escape' });
  expect(app.leaving).toBe(false);
});

test('beyond the limit nothing is sent, and it is said by how much', async () => {
  const most = Math.floor(TEXT_MAX / 3);
  await fireEvent.input(field, { target: { value: '潮'.repeat(most - 23) } });
  expect(screen.getByText(zh.talk.left(23))).toBeTruthy();
  // Who listens hears it in steps.
  expect(screen.getByRole('status').textContent).toBe(zh.talk.left(30));
  await fireEvent.input(field, { target: { value: '潮'.repeat(most + 40) } });
  expect(screen.getAllByText(zh.talk.over(40))).toHaveLength(2);
  expect(screen.getByRole<HTMLButtonElement>('button', { name: zh.talk.send }).disabled).toBe(true);
  await user.keyboard('{Enter}');
  expect(said()).toEqual([]);
  expect(field.value).toHaveLength(most + 40);
});

test('a full window keeps what was typed and says why', async () => {
  await user.keyboard('等等我');
  engine.play({ event: 'can-say', can: false });
  await user.keyboard('{Enter}');
  expect(said()).toEqual([]);
  expect(field.value).toBe('等等我');
  expect(screen.getAllByText(zh.talk.full)).toHaveLength(2);
});

test('a quotation is chosen, answered, and gone', async () => {
  engine.play({
    event: 'line',
    line: { of: { by: 'B', number: 1 }, own: false, at: 0, quote: null, message: { kind: 'text', text: '看潮吗' } },
  });
  if (app.talk) app.talk.quote = app.talk.lines[0] ?? null;
  expect(await screen.findByText('看潮吗')).toBeTruthy();
  await user.keyboard('看{Enter}');
  expect(engine.all('say')).toEqual([{ do: 'say', text: '看', quote: { by: 'B', number: 1 } }]);
  expect(screen.queryByText('看潮吗')).toBeNull();
});
