// The shortest way: two arrive, meet, say 你好, and a line goes each way.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { House, talkTogether } from '../house/house.mjs';

let house;
before(async () => { house = await House.open(2); });
after(() => house?.close());

test('two strangers meet and a line goes each way', async () => {
  const [ming, hong] = await house.arrivals('Ming', 'Hong');
  await talkTogether(ming, hong);
  await ming.say('你在海的哪一边?');
  await hong.read('你在海的哪一边?');
  await hong.say('就在你的对岸。');
  await ming.read('就在你的对岸。');
  assert.deepEqual(await ming.texts(), await hong.texts());
  house.assertNoTrouble();
});
