// What only a browser knows of the talk page: its history, its keys, the size of what is drawn.
import assert from 'node:assert/strict';
import { after, before, test } from '../house/bounded.mjs';
import { House, talkTogether } from '../house/house.mjs';

let house;
let ming;
let hong;

before(async () => {
  house = await House.open(2);
  [ming, hong] = await house.arrivals('Ming', 'Hong');
  await talkTogether(ming, hong);
});
after(() => house?.close());

const question = () => ming.page.getByRole('alertdialog');

test('Back asks, each time, and who goes on is still there', async () => {
  for (let time = 0; time < 2; time += 1) {
    await ming.page.evaluate(() => history.back());
    await question().waitFor();
    await ming.button('继续聊').click();
    await question().waitFor({ state: 'detached' });
  }
  await ming.say('还在');
  await hong.read('还在');
});

test('the own pane grows to six lines, then scrolls', async () => {
  const height = () => ming.composer.evaluate((field) => field.clientHeight);
  const heights = [];
  for (let lines = 1; lines <= 8; lines += 1) {
    await ming.composer.fill(Array(lines).fill('一行').join('\n'));
    heights.push(await height());
  }
  const each = heights[5] - heights[4];
  assert.ok(each > 0, heights.join(' '));
  assert.ok(Math.abs(heights[5] - heights[3] - 2 * each) <= 1, heights.join(' '));
  assert.deepEqual(heights.slice(6), [heights[5], heights[5]]);
  const { scrollHeight, clientHeight } = await ming.composer.evaluate(
    (field) => ({ scrollHeight: field.scrollHeight, clientHeight: field.clientHeight }),
  );
  assert.ok(scrollHeight > clientHeight);
  await ming.composer.fill('');
});

test('a pasted picture shows itself before it is sent', async () => {
  await ming.composer.focus();
  await ming.page.evaluate(async () => {
    const canvas = new OffscreenCanvas(640, 480);
    canvas.getContext('2d').fillRect(0, 0, 640, 480);
    const data = new DataTransfer();
    data.items.add(new File([await canvas.convertToBlob()], 'sea.png', { type: 'image/png' }));
    const paste = { clipboardData: data, bubbles: true, cancelable: true };
    document.activeElement.dispatchEvent(new ClipboardEvent('paste', paste));
  });
  const preview = ming.page.getByRole('img', { name: '要发送的图片' });
  const width = await preview.evaluate(async (picture) => {
    await picture.decode();
    return picture.naturalWidth;
  });
  assert.equal(width, 640);
  await ming.page.getByText('位置等信息已去除').waitFor();
  await ming.composer.press('Enter');
  await preview.waitFor({ state: 'detached' });
});

test('a picture is seen large; Esc closes it and nothing else, and the focus returns', async () => {
  await hong.receivePicture();
  await hong.openPicture();
  const small = hong.page.getByRole('button', { name: 'Ming 的图片 · 放大查看' });
  const large = hong.page.getByRole('dialog', { name: 'Ming 的图片' });
  await small.focus();
  await hong.page.keyboard.press('Enter');
  await large.waitFor();
  await hong.page.keyboard.press('Escape');
  await large.waitFor({ state: 'detached' });
  assert.ok(await small.evaluate((button) => button === document.activeElement));
  assert.equal(await hong.page.getByText('再按一次 Esc').count(), 0);
  assert.equal(await hong.page.getByRole('alertdialog').count(), 0);
});

test('after the end Back leads where it led before', async () => {
  await ming.leave();
  await ming.told('你结束了聊天');
  await hong.told('对方离开了');
  await ming.page.waitForFunction(() => history.state === null);
  await ming.page.evaluate(() => history.back());
  await ming.page.waitForURL('about:blank');
});

test('no page had an error, and the Content-Security-Policy stopped nothing', () => {
  house.assertNoTrouble();
});
