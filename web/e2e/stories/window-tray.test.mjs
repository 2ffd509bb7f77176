// An icon in the panel, for who wants one: closing then puts the window away, and the icon brings it
// back or ends the program.
import assert from 'node:assert/strict';
import { after, before, test } from '../house/bounded.mjs';
import { Bus } from '../house/bus.mjs';
import { apart, Desk, until } from '../house/desk.mjs';
import { House, talkTogether } from '../house/house.mjs';
import { Panel } from '../house/panel.mjs';
import { Screen } from '../house/screen.mjs';

let screen;
let bus;
let panel;
let house;
let ming;
let hong;
let desk;

before(async () => {
  [screen, bus] = await Promise.all([Screen.open({ managed: true }), Bus.open()]);
  house = await House.open(0, { screen, native: true });
  ming = await house.window('Ming', { around: bus.env });
  await ming.arrive();
  await sit();
});
after(async () => {
  await house?.close();
  await bus?.close();
  await screen?.close();
});

async function sit() {
  desk = new Desk(screen, await ming.page.pid());
  await until(() => isThere());
}

const isThere = async () => (await desk.windows('FLOATER')).length > 0;

/** Presses the keys that close a window, or others. */
async function close(keys = 'ctrl+w') {
  await desk.sit();
  await desk.press(keys);
}

async function isAway() {
  await until(async () => !(await isThere()));
  assert.ok(await ming.page.pid());
}

/** Presses the switch in the settings. */
async function flip() {
  await ming.page.getByRole('switch', { name: '面板图标' }).click();
}

const isOn = () => ming.page.evaluate(
  (label) => [...document.querySelectorAll('label')].find((it) => it.textContent.includes(label)).control.checked,
  '面板图标',
);

const shoot = async (name) => {
  if (process.env.SHOTS) await ming.page.screenshot({ path: `${process.env.SHOTS}/${name}.png` });
};

test('where no panel shows one, the switch stays off and says so', async () => {
  await ming.openSettings();
  await flip();
  await ming.page.getByText('没有能显示图标的面板').waitFor();
  assert.equal(await isOn(), false);
  await shoot('tray-missing');
});

test('who wants an icon has one, with a menu in the language of the page', async () => {
  panel = await Panel.open(bus);
  assert.deepEqual(await panel.icons(), []);
  await flip();
  await until(async () => (await panel.icons()).length === 1);
  assert.deepEqual([...(await panel.menu()).keys()], ['打开 FLOATER', '退出']);
  await shoot('tray-on');
  await ming.back();
});

test('closing puts the window away, and the icon brings it back', async () => {
  await close();
  await isAway();
  await panel.press();
  await until(isThere);
  await close();
  await isAway();
  await panel.choose('打开 FLOATER');
  await until(isThere);
});

test('a conversation goes on behind it; to quit asks first, in a window that is seen', async () => {
  hong = await house.window('Hong');
  await hong.arrive();
  await talkTogether(ming, hong);
  await close();
  await isAway();
  await hong.say('还在吗?');
  await ming.read('还在吗?');
  await panel.choose('退出');
  await until(isThere);
  await ming.page.getByRole('alertdialog').getByText('要结束这段对话吗').waitFor();
  await apart();
  await panel.choose('退出');
  await ming.page.over();
  await hong.told('对方离开了');
});

async function again() {
  await ming.page.start();
  await ming.reach('main');
  await sit();
  await until(async () => (await panel.icons()).length === 1);
}

test('the next start has the icon again, and Ctrl+Q ends the program all the same', async () => {
  await again();
  await close('ctrl+q');
  await ming.page.over();
  await again();
  await close();
  await isAway();
});

test('a window that nothing could call back comes back', async () => {
  panel.close();
  await until(isThere);
});

test('no page had an error, and the Content-Security-Policy stopped nothing', () => house.assertNoTroubleInWindows());

test('without an icon closing ends the program', async () => {
  await ming.openSettings();
  await flip();
  await until(async () => (await panel.icons()).length === 0);
  await close();
  await ming.page.over();
});
