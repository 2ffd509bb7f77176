// What another program copied is pasted into a window: a picture, and text beside it.
import assert from 'node:assert/strict';
import { after, before, test } from '../house/bounded.mjs';
import { Desk } from '../house/desk.mjs';
import { dot } from '../house/dot.mjs';
import { House, talkTogether } from '../house/house.mjs';
import { Screen } from '../house/screen.mjs';

const [WIDTH, HEIGHT] = [320, 200];

let screen;
let house;
let ming;
let hong;
let desk;

before(async () => {
  screen = await Screen.open({ managed: true });
  house = await House.open(0, { screen, native: true });
  [ming, hong] = await Promise.all([house.window('Ming'), house.window('Hong')]);
  await Promise.all([ming.arrive(), hong.arrive()]);
  await talkTogether(ming, hong);
  desk = new Desk(screen, await ming.page.pid());
  await desk.sit();
});
after(async () => {
  await house?.close();
  await screen?.close();
});

test('a picture that was copied is pasted, sent, and opens', async () => {
  await desk.copy('image/png', dot(WIDTH, HEIGHT));
  await ming.composer.click();
  await desk.press('ctrl+v');
  await ming.page.getByText('位置等信息已去除').waitFor();
  await desk.press('Return');
  await hong.receivePicture();
  await hong.openPicture();
  assert.deepEqual(await hong.sizeOfPicture(), [WIDTH, HEIGHT]);
});

test('text that was copied is pasted as text', async () => {
  await desk.copy('UTF8_STRING', '第一行\n第二行');
  await ming.composer.click();
  await desk.press('ctrl+v', 'Return');
  await hong.read('第二行');
  assert.deepEqual(await hong.texts(), ['第一行\n第二行']);
});

test('no page had an error, and the Content-Security-Policy stopped nothing', () => house.assertNoTroubleInWindows());
