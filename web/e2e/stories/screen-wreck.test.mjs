// A program that breaks down leaves the terminal as it is; what was there must not shine through when
// it is started again.
import assert from 'node:assert/strict';
import { after, before, test } from '../house/bounded.mjs';
import { House } from '../house/house.mjs';

let house;
let ming;
let hong;

before(async () => {
  house = await House.open(1, { native: true });
  [ming, hong] = await Promise.all([house.tmux('Ming'), house.tmux('Hong')]);
  await Promise.all([ming.arrive(), hong.arrive()]);
});
after(() => house?.close());

test('they talk', async () => {
  await ming.seek();
  await hong.seek();
  await ming.see('你是 Ming，对方是 Hong');
  await hong.see('你是 Hong，对方是 Ming');
  await ming.press('Enter');
  await hong.press('Enter');
  await ming.see('写点什么');
  await hong.see('写点什么');
});

test('the program is killed, and started again: only its own page is there', async () => {
  await hong.kill();
  await hong.say('reset');
  await hong.gone('Killed');
  await hong.say('seq 1000001 1000010');
  await hong.see('1000010');
  await hong.start();
  const screen = await hong.see('此刻少于');
  await hong.keep('again');
  assert.equal(screen.split('\n')[0].trim(), 'FLOATER');
  assert.ok(!screen.includes('10000'), screen);
});

test('who talked with it reads that it is over', async () => {
  await ming.see('连接中断');
});
