// Pictures on their way into the conversation and out of it, as far as no decoder is needed.
import { fireEvent, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test, vi } from 'vitest';
import Page from '../App.svelte';
import type { PictureOffer } from '../engine/types';
import { Script } from '../gallery/lines';
import { Scripted } from '../gallery/scripted';
import { zh } from '../i18n/zh-CN';
import type { Prepared } from '../picture/prepare';
import { App } from '../state/app.svelte';
import { keep } from '../state/prefs.svelte';

const OFFER: PictureOffer = {
  id: 'sea', kind: 'image/png', size: 24, width: 3, height: 2, sha256: '', thumbhash: '', still: false,
};
/** The beginning of a PNG of 3 × 2 pixels, which is as far as the page itself reads. */
const PNG = Uint8Array.from([
  0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 0, 3, 0, 0, 0, 2,
]);
const PREPARED: Prepared = {
  kind: 'image/png', width: 3, height: 2, thumbhash: '', still: false, bytes: PNG,
};

const user = userEvent.setup();
let engine: Scripted;
let app: App;
let script: Script;

beforeEach(() => {
  keep({ language: 'zh-CN', policy: 'hidden' });
  engine = new Scripted();
  app = new App(engine);
  render(Page, { app });
  script = new Script(engine);
  script.begin();
});

async function opened(): Promise<HTMLElement> {
  script.show('B', { kind: 'picture', offer: OFFER }, 1);
  engine.play({ event: 'picture', id: 'sea', state: { state: 'complete' } });
  await user.click(await screen.findByRole('button', { name: new RegExp(zh.picture.tap, 'u') }));
  expect(engine.all('open-picture')).toEqual([{ do: 'open-picture', id: 'sea' }]);
  engine.open('sea', PNG);
  return screen.findByRole('button', { name: new RegExp(zh.picture.view, 'u') });
}

test('until it is tapped a picture is blurred, with its size', async () => {
  script.show('B', { kind: 'picture', offer: OFFER }, 1);
  engine.play({ event: 'picture', id: 'sea', state: { state: 'moving', done: 12 } });
  const blurred = await screen.findByRole<HTMLButtonElement>('button', { name: /50%/u });
  expect(blurred.disabled).toBe(true);
  engine.play({ event: 'picture', id: 'sea', state: { state: 'complete' } });
  expect(await screen.findByText(zh.picture.tap)).toBeTruthy();
  expect(screen.getByText('24 B · 3 × 2')).toBeTruthy();
  expect(blurred.querySelector('img')).toBeNull();
  expect(engine.all('open-picture')).toEqual([]);
});

test('what is no picture is never given to a decoder, and it is said', async () => {
  script.show('B', { kind: 'picture', offer: OFFER }, 1);
  engine.play({ event: 'picture', id: 'sea', state: { state: 'complete' } });
  engine.open('sea', new Uint8Array(24));
  expect(await screen.findByText(zh.picture.undecodable)).toBeTruthy();
  expect(document.querySelector('figure img')).toBeNull();
});

test('an opened picture is seen large; Esc closes it, the focus returns, nobody leaves', async () => {
  const small = await opened();
  expect(document.activeElement).toBe(small);
  await user.click(small);
  const large = screen.getByRole('dialog', { name: zh.picture.from('山有木兮') });
  expect(large.contains(document.activeElement)).toBe(true);
  // As a browser does it: the key first, then the request to close.
  for (let press = 0; press < 2; press += 1) await fireEvent.keyDown(large, { key: 'Escape' });
  await fireEvent(large, new Event('cancel', { cancelable: true }));
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(document.activeElement).toBe(small);
  expect(app.leaving).toBe(false);
  expect(screen.queryAllByText(zh.talk.escHint)).toEqual([]);
});

test('what is seen large can be saved, and a press beside it closes it', async () => {
  const saved = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockReturnValue();
  await user.click(await opened());
  const large = screen.getByRole('dialog');
  await user.click(screen.getAllByRole('button', { name: zh.picture.save }).find((b) => large.contains(b)) ?? large);
  expect(saved.mock.contexts.map((link) => (link as HTMLAnchorElement).download)).toEqual([
    expect.stringMatching(/^floater-.*\.png$/u),
  ]);
  await user.click(large.querySelector('img') ?? large);
  expect(screen.queryByRole('dialog')).toBe(large);
  await user.click(large);
  expect(screen.queryByRole('dialog')).toBeNull();
});

test('who wants to close the window is asked, whatever is seen large', async () => {
  await user.click(await opened());
  app.askToLeave();
  expect(await screen.findByRole('alertdialog', { name: zh.talk.leaveTitle })).toBeTruthy();
  expect(screen.queryByRole('dialog', { name: zh.picture.from('山有木兮') })).toBeNull();
});

test('Back closes what is seen large, and only then asks', async () => {
  await user.click(await opened());
  app.back();
  expect(app.leaving).toBe(false);
  app.back();
  expect(app.leaving).toBe(true);
});

test('a file is taken from a paste, text is left to the field', async () => {
  const field = await screen.findByLabelText(zh.talk.own);
  const paste = (types: string[], files: File[]) =>
    fireEvent.paste(field, { clipboardData: { types, files } });
  expect(await paste(['text/plain'], [])).toBe(true);
  const file = new File(['no picture'], 'sea.png', { type: 'image/png' });
  expect(await paste(['text/plain', 'Files'], [file])).toBe(false);
  expect(await screen.findAllByText(zh.picture.errors.kind)).toHaveLength(2);
});

test('a picture stands ready with its size, goes before the words, or is taken out', async () => {
  const field = await screen.findByLabelText(zh.talk.own);
  app.talk?.attachment.put(PREPARED);
  expect(await screen.findByText(zh.picture.stripped)).toBeTruthy();
  expect(screen.getByText('24 B · 3 × 2')).toBeTruthy();
  expect(screen.getByRole('img', { name: zh.picture.ready })).toBeTruthy();
  await user.click(screen.getByRole('button', { name: zh.picture.remove }));
  expect(screen.queryByText(zh.picture.stripped)).toBeNull();
  expect(document.activeElement).toBe(field);
  app.talk?.attachment.put(PREPARED);
  await user.keyboard('看{Enter}');
  expect(engine.offered).toHaveLength(1);
  expect(engine.all('say')).toEqual([{ do: 'say', text: '看' }]);
  expect(screen.queryByText(zh.picture.stripped)).toBeNull();
});

test('a picture that the engine refuses stands in the pane again', async () => {
  engine.offer = () => Promise.reject(new Error('the window is full'));
  app.talk?.attachment.put(PREPARED);
  await app.talk?.send();
  expect(app.talk?.attachment.picture).toBe(PREPARED);
  expect(await screen.findAllByText(zh.picture.errors.refused)).toHaveLength(2);
});
