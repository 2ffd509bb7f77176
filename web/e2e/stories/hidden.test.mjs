// A tab stands behind another one for two minutes: the browser puts it to sleep, the conversation
// goes on.
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { after, before, test } from '../house/bounded.mjs';
import { House, talkTogether } from '../house/house.mjs';
import { Screen } from '../house/screen.mjs';

/** Longer than the server holds a lost seat. */
const HIDDEN = 125_000;
const BETWEEN = 12_000;

let screen;
let house;

before(async () => {
  screen = await Screen.open();
  house = await House.open(2, { screen });
});
after(async () => {
  await house?.close();
  await screen?.close();
});

/** Takes back what the driver pretends: that every page is in front. */
async function asForPeople(page) {
  // It pretends in a session of its own, and has no switch for it.
  const { delegate } = page._connection.toImpl(page);
  const session = delegate._mainFrameSession._client;
  await session.send('Emulation.setFocusEmulationEnabled', { enabled: false });
}

test('who was hidden for two minutes has every line, and can go on', async () => {
  const [ming, hong] = await house.arrivals('Ming', 'Hong');
  await talkTogether(ming, hong);
  await asForPeople(ming.page);
  const front = await ming.page.context().newPage();
  await front.bringToFront();
  await ming.page.waitForFunction(() => document.visibilityState === 'hidden', null, {
    polling: 200,
  });
  const lines = [];
  const until = performance.now() + HIDDEN;
  while (performance.now() < until) {
    lines.push(`第 ${lines.length + 1} 行`);
    await hong.say(lines.at(-1));
    await hong.page.getByText('已送达').last().waitFor();
    await pause(BETWEEN);
  }
  assert.equal(await ming.page.evaluate(() => document.visibilityState), 'hidden');
  await ming.page.bringToFront();
  await ming.read(lines.at(-1));
  assert.deepEqual(await ming.texts(), lines);
  await ming.say('我回来了');
  await hong.read('我回来了');
  house.assertNoTrouble();
});
