// A browser and a full screen meet: text and pictures both ways, and the end.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from '../house/bounded.mjs';
import { House } from '../house/house.mjs';
import { nearness, photograph, tellsPlace } from '../house/photo.mjs';

/** Red, another title, all erased, right to left, a letter without width, one step back. */
const HOSTILE = '\u{1b}[31m \u{1b}]0;mine\u{7} \u{9b}2J \u{202e}evil\u{200b} \u{8} end';
const HARMLESS = '<U+001B>[31m <U+001B>]0;mine<U+0007> <U+009B>2J <U+202E>evil<U+200B> <U+0008> end';

let house;
let ming;
let hong;

before(async () => {
  house = await House.open(1, { native: true });
  hong = await house.tmux('Hong', { cols: 200, rows: 50 });
});
after(() => house?.close());

test('one comes by the browser, the other by the screen, and they say 你好', async () => {
  [[ming]] = await Promise.all([house.arrivals('Ming'), hong.arrive()]);
  await ming.seek();
  await hong.seek();
  assert.equal(await ming.meet(), 'Hong');
  await hong.see('你是 Hong，对方是 Ming');
  await ming.greet();
  await hong.see('对方在等你问好');
  await hong.press('Enter');
  await ming.reach('talk');
  await hong.see('写点什么');
});

test('what one says the other reads', async () => {
  await ming.say('今天的海是什么颜色?');
  await hong.see('今天的海是什么颜色?');
  await hong.say('灰蓝色 🌊');
  await ming.read('灰蓝色 🌊');
});

test('text that would do something to a terminal comes as it is, and does nothing', async () => {
  await ming.say(HOSTILE);
  await hong.see(HARMLESS);
  assert.equal(await hong.state('pane_title'), 'Ming · FLOATER');
});

test('a photograph goes to the screen, and another one to the browser', async () => {
  const photo = await photograph(ming.page);
  await ming.attach({ name: 'IMG_0001.JPG', mimeType: 'image/jpeg', buffer: photo });
  await ming.send();
  await hong.see('按回车查看');
  await hong.keep('blurred');
  await hong.press('Tab', 'Enter');
  await hong.gone('按回车查看');
  await hong.keep('opened');
  const saved = join(hong.folder, 'saved.jpg');
  await hong.press('s');
  await hong.see('存到哪里');
  await hong.answer(saved);
  await hong.see('已保存');
  const there = await nearness(ming.page, photo, await readFile(saved));
  assert.ok(there.psnr >= 30, `${there.psnr} dB`);
  await hong.press('Escape');
  // What follows Escape at once would be taken for a part of it.
  await hong.see('写点什么');

  const original = join(hong.folder, 'IMG_0002.JPG');
  await writeFile(original, photo);
  await hong.paste(original);
  await hong.see('位置等信息已去除');
  await hong.press('Enter');
  // Until it is offered the last picture is Ming's own, which a press would only enlarge.
  await ming.page.locator('figure').nth(1).waitFor();
  await ming.receivePicture();
  await ming.openPicture();
  assert.ok(!tellsPlace(await ming.savePicture()));
});

test('the browser leaves, and the screen says why', async () => {
  await ming.leave();
  await hong.see('对方离开了');
  house.assertNoTrouble();
});
