// The story of 小明 and 小红, told once: whoever they are before, a page in a browser or a window.
import assert from 'node:assert/strict';
import { talkTogether } from './house.mjs';
import { dot } from './dot.mjs';

/** Of the picture that is sent, in pixels. */
const [WIDTH, HEIGHT] = [320, 200];

/** What the two live through, in order: each part's name, and what happens in it. */
export const TALE = [
  ['both register, get a mail by SMTP, activate and log in', async (ming, hong) => {
    await Promise.all([ming.arrive(), hong.arrive()]);
  }],
  ['they find each other, and both say 你好', talkTogether],
  ['what one writes the other reads, in order', async (ming, hong) => {
    await ming.say('你好呀,今天的海是什么颜色?');
    await hong.read('今天的海是什么颜色?');
    await hong.say('灰蓝色 🌊');
    await ming.read('灰蓝色 🌊');
    const lines = ['你好呀,今天的海是什么颜色?', '灰蓝色 🌊'];
    assert.deepEqual(await ming.texts(), lines);
    assert.deepEqual(await hong.texts(), lines);
  }],
  ['a picture arrives blurred, and opens', async (ming, hong) => {
    await ming.attach({ name: 'sea.png', mimeType: 'image/png', buffer: dot(WIDTH, HEIGHT) });
    await ming.send();
    await hong.receivePicture();
    assert.equal(await hong.figure.locator('img').count(), 0);
    await hong.openPicture();
    assert.deepEqual(await hong.sizeOfPicture(), [WIDTH, HEIGHT]);
  }],
  ['小红 presses the red button, thinks better of it, presses again; both are told why', async (ming, hong) => {
    await hong.button('断开').first().click();
    await hong.button('继续聊').click();
    await hong.reach('talk');
    await hong.leave();
    await hong.told('你结束了聊天');
    await ming.told('对方离开了');
  }],
];
