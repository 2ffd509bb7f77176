// The story of 小明 and 小红 in two browsers, with what only browsers are driven through: an input
// method, and a photograph that is saved. A third one who is there gets neither of them.
import assert from 'node:assert/strict';
import { after, before, test } from '../house/bounded.mjs';
import { House } from '../house/house.mjs';
import { InputMethod } from '../house/method.mjs';
import { nearness, photograph, tellsPlace } from '../house/photo.mjs';
import { TALE } from '../house/tale.mjs';

let house;
let ming;
let hong;
let third;

before(async () => {
  house = await House.open(3);
  [ming, hong, third] = [await house.person('Ming'), await house.person('Hong'), await house.person('Third')];
});
after(() => house?.close());

const tell = ([name, part]) => test(name, () => part(ming, hong));

TALE.slice(0, -1).forEach(tell);

test('a third one who seeks gets neither of them', async () => {
  await third.arrive();
  await third.seek();
  await third.reach('waiting');
});

test('Chinese written with an input method arrives, and Enter in mid-word sends nothing', async () => {
  const before = await ming.texts();
  const method = await InputMethod.on(ming.page);
  await ming.composer.focus();
  await method.compose('n', 'ni', 'ni h', 'ni hao');
  await method.enter();
  assert.deepEqual(await ming.texts(), before);
  assert.equal(await ming.composer.inputValue(), 'ni hao');
  await method.choose('你好,海的那边呢?');
  await ming.composer.press('Enter');
  await hong.read('你好,海的那边呢?');
  const lines = [...before, '你好,海的那边呢?'];
  assert.deepEqual(await ming.texts(), lines);
  assert.deepEqual(await hong.texts(), lines);
});

test('a photograph arrives blurred, opens, stands upright and tells no place', async () => {
  const photo = await photograph(ming.page);
  assert.ok(tellsPlace(photo));
  await ming.attach({ name: 'IMG_0001.JPG', mimeType: 'image/jpeg', buffer: photo });
  await ming.send();
  await hong.receivePicture();
  assert.equal(await hong.figure.locator('img').count(), 0);
  assert.equal(await hong.figure.locator('canvas').count(), 1);
  await hong.openPicture();
  const arrived = await hong.savePicture();
  assert.ok(!tellsPlace(arrived));
  const { width, height, turned, psnr } = await nearness(hong.page, photo, arrived);
  assert.ok(turned && width < height, `it lies on its side: ${width} × ${height}`);
  assert.ok(Math.max(width, height) <= 4096);
  assert.ok(psnr >= 30, `${psnr} dB`);
});

TALE.slice(-1).forEach(tell);

test('both can be matched again', async () => {
  await ming.seek();
  assert.equal(await ming.meet(), 'Third');
  assert.equal(await third.meet(), 'Ming');
  await hong.seek();
  await hong.reach('waiting');
  await ming.button('不聊了').click();
  await ming.page.getByRole('alertdialog').getByRole('button', { name: '断开' }).click();
  await ming.told('你结束了聊天');
  await third.told('对方离开了');
  await third.seek();
  assert.equal(await third.meet(), 'Hong');
});

test('no page had an error, and the Content-Security-Policy stopped nothing', () => {
  house.assertNoTrouble();
});
