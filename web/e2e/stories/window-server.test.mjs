// Where a window goes: chosen in it, kept, changed in the settings, and by a link that asks first.
import assert from 'node:assert/strict';
import { after, before, test } from '../house/bounded.mjs';
import { House, talkTogether } from '../house/house.mjs';
import { Screen } from '../house/screen.mjs';

let screen;
let house;
let ming;
let hong;
let here;
let there;

before(async () => {
  screen = await Screen.open();
  house = await House.open(0, { screen, native: true });
  here = `floater://127.0.0.1:${house.floaterd.native}`;
  // The same machine by another name is another server to a client.
  there = `floater://localhost:${house.floaterd.native}`;
  ming = await house.window('Ming', { server: null });
});
after(async () => {
  await house?.close();
  await screen?.close();
});

const shoot = async (name) => {
  if (process.env.SHOTS) await ming.page.screenshot({ path: `${process.env.SHOTS}/${name}.png` });
};

/** The fold that names the server of now, at the door and in the settings. */
const fold = (server) => ming.page.locator('summary').filter({ hasText: server });

async function go(server) {
  await ming.page.getByLabel('服务器地址').fill(server);
  await ming.button('去这个服务器').click();
}

/** The server of now, as the settings name it. */
async function serverIs(server) {
  await ming.openSettings();
  await fold(server).waitFor();
}

test('who never said where is asked, and a wrong address has its words', async () => {
  await ming.page.getByRole('heading', { name: '去哪里相逢' }).waitFor();
  await go('https://floater.example');
  await ming.page.getByText('地址以 floater:// 开头').waitFor();
  await shoot('server-wrong');
  await go(here);
  await ming.reach('door');
});

test('at the door one sees where one is, and can go elsewhere', async () => {
  await fold(here).click();
  await shoot('server-door');
  await go('floater://');
  await ming.page.getByText('地址以 floater:// 开头').waitFor();
  await go(there);
  await fold(there).waitFor();
  await ming.reach('door');
  await fold(there).click();
  await go(here);
  await fold(here).waitFor();
  await ming.reach('door');
});

test('the next start goes there again', async () => {
  await ming.page.kill();
  await ming.page.startThere();
  await ming.arrive();
  await serverIs(here);
});

test('what is no link asks nothing, a link asks first; who stays, stays', async () => {
  await ming.back();
  assert.equal(await ming.page.startTwice('https://floater.example'), '');
  assert.equal(await ming.page.startTwice(there), '');
  await ming.page.getByRole('alertdialog').getByText(there).waitFor();
  await shoot('server-invited');
  await ming.button('留在这里').click();
  await serverIs(here);
  await shoot('server-settings');
  await ming.back();
});

test('a link that starts the program asks first, too', async () => {
  await ming.page.kill();
  await ming.page.startThere(there);
  await ming.page.getByRole('alertdialog').getByText(there).waitFor();
  await ming.button('留在这里').click();
  await serverIs(here);
  await ming.back();
});

test('in a conversation nobody is asked before it is over, and nothing is changed', async () => {
  hong = await house.window('Hong');
  await hong.arrive();
  await talkTogether(ming, hong);
  await ming.page.startTwice(there);
  await hong.say('还在这里吗?');
  await ming.read('还在这里吗?');
  assert.equal(await ming.page.getByRole('alertdialog').count(), 0);
  const refused = await ming.page.evaluate((server) => (
    window.__TAURI_INTERNALS__.invoke('choose', { server }).then(() => 'done', ({ why }) => why)
  ), there);
  assert.equal(refused, 'talking');
  await hong.leave();
  await ming.told('对方离开了');
});

test('who follows the link is before the door of that server, and comes back logged in', async () => {
  const dialog = ming.page.getByRole('alertdialog');
  await dialog.getByRole('button', { name: '去这个服务器' }).click();
  await ming.reach('door');
  await ming.logIn();
  await serverIs(there);
  await fold(there).click();
  await go(here);
  await ming.reach('main');
});

test('no page had an error, and the Content-Security-Policy stopped nothing', () => house.assertNoTroubleInWindows());
