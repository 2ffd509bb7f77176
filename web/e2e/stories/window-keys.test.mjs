// Keys of the platform, really pressed: zoom, the full screen, close and quit, which ask first in a
// conversation.
import { after, before, test } from '../house/bounded.mjs';
import { apart, Desk, until } from '../house/desk.mjs';
import { House, talkTogether } from '../house/house.mjs';
import { Screen } from '../house/screen.mjs';

let screen;
let house;
let ming;
let hong;
let desk;

before(async () => {
  screen = await Screen.open({ managed: true });
  house = await House.open(0, { screen, native: true });
  ming = await house.window('Ming');
  await ming.arrive();
  await sit();
});
after(async () => {
  await house?.close();
  await screen?.close();
});

/** The keyboard is at Ming's window. */
async function sit() {
  desk = new Desk(screen, await ming.page.pid());
  await desk.sit();
}

/** How wide the page is, in its own pixels: the larger it is shown, the fewer. */
const width = () => ming.page.evaluate(() => innerWidth);

const widthIs = (wanted) => until(async () => Math.abs((await width()) - wanted) < 2);

let usual;

test('Ctrl and plus shows the page larger, Ctrl and minus smaller, Ctrl and 0 as usual', async () => {
  usual = await width();
  for (const [key, zoom] of [['plus', 1.1], ['equal', 1.25], ['minus', 1.1], ['0', 1], ['minus', 0.9], ['KP_0', 1]]) {
    await desk.press(`ctrl+${key}`);
    await widthIs(usual / zoom);
  }
});

test('the page is as large as last time at the next start', async () => {
  await desk.press('ctrl+plus', 'ctrl+plus', 'ctrl+plus');
  await widthIs(usual / 1.5);
  await ming.page.kill();
  await ming.page.start();
  await ming.reach('main');
  await sit();
  await widthIs(usual / 1.5);
  await desk.press('ctrl+0');
  await widthIs(usual);
});

test('F11 fills the screen, and gives it back', async () => {
  const [window] = await desk.windows('FLOATER');
  const fills = async () => (await desk.property(window, '_NET_WM_STATE')).includes('FULLSCREEN');
  await desk.press('F11');
  await until(fills);
  await desk.press('F11');
  await until(async () => !(await fills()));
  await widthIs(usual);
});

for (const key of ['q', 'w']) test(`Ctrl+${key} ends the program`, async () => {
  await desk.press(`ctrl+${key}`);
  await ming.page.over();
  await ming.page.start();
  await ming.reach('main');
  await sit();
});

/** Presses the keys that end the program, and is asked. */
async function wish(...keys) {
  await desk.press(...keys);
  await ming.button('继续聊').waitFor();
  await apart();
}

test('in a conversation it asks, also whoever presses twice at once; who stays is asked again', async () => {
  hong = await house.window('Hong');
  await hong.arrive();
  await talkTogether(ming, hong);
  await sit();
  for (const keys of [['ctrl+q'], ['ctrl+w', 'ctrl+w', 'ctrl+w']]) {
    await wish(...keys);
    await ming.button('继续聊').click();
    await ming.say(`还在，按了 ${keys.length} 次。`);
    await hong.read(`还在，按了 ${keys.length} 次。`);
  }
});

test('no page had an error, and the Content-Security-Policy stopped nothing', () => house.assertNoTroubleInWindows());

test('pressed again while it asks it leaves, and the other one is told', async () => {
  await wish('ctrl+q');
  await desk.press('ctrl+q');
  await ming.page.over();
  await hong.told('对方离开了');
});
