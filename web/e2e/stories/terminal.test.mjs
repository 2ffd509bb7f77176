// A browser and a terminal meet: text and pictures both ways, a server that is killed, the end.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from '../house/bounded.mjs';
import { House } from '../house/house.mjs';
import { nearness, photograph, tellsPlace } from '../house/photo.mjs';

let house;
let ming;
let hong;

before(async () => {
  house = await House.open(1, { native: true });
  hong = await house.terminal('Hong');
});
after(() => house?.close());

test('one comes by the browser, the other by the terminal', async () => {
  [[ming]] = await Promise.all([house.arrivals('Ming'), hong.arrive()]);
});

test('they find each other and say 你好', async () => {
  await ming.seek();
  hong.type('聊一聊');
  assert.equal(await ming.meet(), 'Hong');
  await hong.read('你是 Hong，对方是 Ming。');
  await ming.greet();
  await hong.read('对方在等你问好。');
  hong.type('你好');
  await ming.reach('talk');
  await hong.read('从这里开始');
});

test('what one says the other reads', async () => {
  await ming.say('今天的海是什么颜色?');
  assert.equal(await hong.read('海'), '[1] Ming: 今天的海是什么颜色?');
  hong.type('/quote 1 灰蓝色 🌊');
  await ming.read('灰蓝色 🌊');
  await hong.read('[2] 已送达');
});

test('a photograph goes to the terminal, and another one to the browser', async () => {
  const photo = await photograph(ming.page);
  await ming.attach({ name: 'IMG_0001.JPG', mimeType: 'image/jpeg', buffer: photo });
  await ming.send();
  await hong.read('[3] Ming 发来一张图片');
  await hong.read('[3] 图片已收到。');
  const saved = join(hong.folder, 'saved.jpg');
  hong.type(`/save 3 ${saved}`);
  await hong.read('已保存');
  const there = await nearness(ming.page, photo, await readFile(saved));
  assert.ok(there.psnr >= 30, `${there.psnr} dB`);

  const original = join(hong.folder, 'IMG_0002.JPG');
  await writeFile(original, photo);
  hong.type(`/picture ${original}`);
  await hong.read('位置等信息已去除');
  // Until it is offered the last picture is Ming's own, which a press would only enlarge.
  await ming.page.locator('figure').nth(1).waitFor();
  await ming.receivePicture();
  await ming.openPicture();
  const arrived = await ming.savePicture();
  assert.ok(!tellsPlace(arrived));
  const { width, height, turned, psnr } = await nearness(ming.page, photo, arrived);
  assert.ok(turned && width < height, `it lies on its side: ${width} × ${height}`);
  assert.ok(psnr >= 30, `${psnr} dB`);
});

test('the server is killed, and both go on', async () => {
  await house.floaterd.kill();
  await hong.read('正在重连');
  hong.type('还在吗?');
  await house.floaterd.start();
  await ming.read('还在吗?', 30_000);
  await ming.say('在的。');
  await hong.read('Ming: 在的。');
});

test('the terminal leaves, and the browser is told why', async () => {
  hong.type('/leave');
  await hong.read('要结束这段对话吗');
  hong.type('/leave');
  await hong.read('你结束了聊天');
  await ming.told('对方离开了');
  house.assertNoTrouble();
});
