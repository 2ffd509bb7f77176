// The network blinks, the server is killed, tabs come and go: the conversation goes on.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from '../house/bounded.mjs';
import { House, talkTogether } from '../house/house.mjs';
import { photograph } from '../house/photo.mjs';
import { Stillness } from '../house/stillness.mjs';

/** A reload that was confirmed has ended the conversation for both after so many milliseconds. */
const END_MAX = 1000;
/** So often at most, if the machine stood still. */
const TRIES_MAX = 3;
/** A picture is on its way, and most of it is still to come. */
const SOME_PIECES = 500_000;
/** After a start no round is drawn for 12 s, so that who talked comes back first. */
const AFTER_START = 30_000;

let house;
let ming;
let hong;
const said = new Map();

async function say(one, text) {
  said.set(one, [...(said.get(one) ?? []), text]);
  await one.say(text);
}

/** Each has all lines of both, once, each one's in order. */
async function assertNothingLost() {
  for (const [one, other] of [[ming, hong], [hong, ming]]) {
    for (const who of [other, one]) {
      const lines = said.get(who) ?? [];
      await one.read(lines.at(-1), AFTER_START);
      assert.deepEqual(await one.textsOf(who), lines);
    }
  }
}

before(async () => {
  house = await House.open(2);
  [ming, hong] = await house.arrivals('Ming', 'Hong');
  await talkTogether(ming, hong);
});
after(() => house?.close());

test('floaterd is killed in mid-conversation', async () => {
  await say(ming, '一');
  await hong.read('一');
  await house.floaterd.kill();
  await say(ming, '二,写在断线的时候');
  await say(hong, '壹,也写在断线的时候');
  await say(ming, '三');
  await house.floaterd.start();
  await assertNothingLost();
});

test('floaterd is killed in the middle of a picture', async () => {
  const buffer = await photograph(ming.page);
  await ming.attach({ name: 'sea.jpg', mimeType: 'image/jpeg', buffer });
  const stalled = ming.wire.stallAfter(SOME_PIECES);
  await ming.send();
  await stalled;
  await house.floaterd.kill();
  await house.floaterd.start();
  await hong.receivePicture();
  await say(hong, '图片到了');
  await assertNothingLost();
});

test('connections break while both write', async () => {
  for (let round = 0; round < 8; round += 1) {
    await say(ming, `浪 ${round}`);
    (round % 2 ? ming : hong).wire.flick();
    await say(hong, `风 ${round}`);
  }
  await assertNothingLost();
});

test('a picture opens while its sender is cut off, and both are told how it stands', async () => {
  ming.wire.cut();
  await hong.page.getByText('对方网络不稳').first().waitFor({ timeout: 40_000 });
  await ming.page.getByText('正在重连…').first().waitFor();
  await hong.openPicture();
  await say(ming, '我这里断了');
  ming.wire.mend();
  await say(hong, '看见了');
  await assertNothingLost();
});

test('a second tab says where the conversation is', async () => {
  const tab = await ming.page.context().newPage();
  await tab.goto(ming.wire.origin);
  await tab.locator('main[data-page="elsewhere"]').waitFor();
  await tab.getByText('在这个浏览器的另一个标签页里').waitFor();
  await tab.getByRole('button', { name: '在那边提醒我' }).click();
  await ming.page.waitForFunction(() => document.title === '👉 在这里');
  await tab.close();
  await say(hong, '你还在吗');
  await say(ming, '我在');
  await assertNothingLost();
});

test('a reload asks; refused, nothing happens; confirmed, both are free at once', async () => {
  const asked = async () => {
    const asking = once(ming.page, 'dialog');
    await ming.page.evaluate(() => { setTimeout(() => location.reload()); });
    const [dialog] = await asking;
    assert.equal(dialog.type(), 'beforeunload');
    return dialog;
  };
  await (await asked()).dismiss();
  await say(ming, '没有走');
  await assertNothingLost();
  const spans = [];
  let mayRepeat;
  const stillness = new Stillness();
  do {
    const dialog = await asked();
    stillness.begin();
    const began = performance.now();
    await dialog.accept();
    await hong.told('对方离开了');
    spans.push(performance.now() - began);
    const isLate = spans.at(-1) > END_MAX;
    mayRepeat = isLate && stillness.stoodStill() && spans.length < TRIES_MAX;
    await ming.reach('main');
    await talkTogether(ming, hong);
  } while (mayRepeat);
  stillness.end();
  assert.ok(spans.at(-1) <= END_MAX, `${spans} ms`);
});

test('a picture opens after its sender left', async () => {
  const buffer = await photograph(hong.page);
  await hong.attach({ name: 'sea.jpg', mimeType: 'image/jpeg', buffer });
  await hong.send();
  await ming.receivePicture();
  await hong.leave();
  await ming.told('对方离开了');
  await ming.openPicture();
});

test('no page had an error, and the Content-Security-Policy stopped nothing', () => {
  house.assertNoTrouble();
});
