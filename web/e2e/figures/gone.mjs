// A window is killed and not started again: how long the other one waits for it, and that both can be
// matched afterwards. `node figures/gone.mjs`
import { House, talkTogether } from '../house/house.mjs';
import { Screen } from '../house/screen.mjs';

/** Whoever is gone is given up so soon, in milliseconds. */
const GIVEN_UP = 150_000;

const screen = await Screen.open();
const house = await House.open(0, { screen, native: true });
try {
  const [ming, hong] = await Promise.all([house.window('Ming'), house.window('Hong')]);
  await Promise.all([ming.arrive(), hong.arrive()]);
  await talkTogether(ming, hong);
  await hong.page.kill();
  const killed = performance.now();
  await ming.told('连接中断', GIVEN_UP);
  const waited = (performance.now() - killed) / 1_000;
  process.stdout.write(`gone: the other one is told after ${waited.toFixed(1)} s (${GIVEN_UP / 1_000})\n`);
  const lan = await house.window('Lan');
  await lan.arrive();
  await talkTogether(ming, lan);
  await lan.leave();
  await ming.told('对方离开了');
  await hong.page.start();
  await talkTogether(ming, hong);
  process.stdout.write('both were matched again\n');
} finally {
  await house.close();
  await screen.close();
}
