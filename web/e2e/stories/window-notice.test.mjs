// Who looks elsewhere is called by the system: a notification without content, and the window's hint.
import assert from 'node:assert/strict';
import { after, before, test } from '../house/bounded.mjs';
import { Bus } from '../house/bus.mjs';
import { Desk, until } from '../house/desk.mjs';
import { House } from '../house/house.mjs';
import { Screen } from '../house/screen.mjs';

const SECRET = '这句话谁也不该在通知里看到';

let screen;
let bus;
let bare;
let house;
let ming;
let hong;
let desk;

before(async () => {
  screen = await Screen.open({ managed: true });
  [bus, bare] = await Promise.all([Bus.open({ screen }), Bus.open()]);
  house = await House.open(0, { screen, native: true });
  ming = await house.window('Ming', { around: bus.env });
  hong = await house.window('Hong', { around: bare.env });
  await Promise.all([ming.arrive(), hong.arrive()]);
  desk = new Desk(screen, await ming.page.pid());
});
after(async () => {
  await house?.close();
  await bus?.close();
  await bare?.close();
  await screen?.close();
});

/** WebKit's driver does not press what is drawn by style alone. */
const switchOn = (person) => person.page.evaluate((label) => (
  [...document.querySelectorAll('label')].find((it) => it.textContent.includes(label)).click()
), '不看这个页面时提醒');

test('who switches notifications on sees how one looks', async () => {
  await ming.openSettings();
  await switchOn(ming);
  await until(async () => (await bus.notifications()).length > 0);
  assert.deepEqual((await bus.notifications())[0], ['FLOATER', 'FLOATER', '通知会这样出现']);
  await ming.back();
});

test('where the system shows none, the switch stays off and says so', async () => {
  await hong.openSettings();
  await switchOn(hong);
  await hong.page.getByText('这里的浏览器或系统没有可以用的通知').waitFor();
  await hong.back();
});

test('somebody who waits and looks elsewhere is told that there is somebody', async () => {
  await desk.away();
  await ming.seek();
  await hong.seek();
  await until(async () => (await bus.notifications())[0][2] === '有人来了，去说声你好吧');
  await until(() => desk.isUrgent());
});

test('a line calls, and no word of it is in the notification', async () => {
  await Promise.all([ming.reach('greeting'), hong.reach('greeting')]);
  await Promise.all([ming.greet(), hong.greet()]);
  await Promise.all([ming.reach('talk'), hong.reach('talk')]);
  await desk.away();
  await hong.say(SECRET);
  await ming.read(SECRET);
  await until(async () => (await bus.shown()) > 0);
  await bus.press();
  await until(() => desk.isFocused());
  const told = await bus.notifications();
  assert.deepEqual(told[0], ['FLOATER', 'FLOATER', '有新消息']);
  assert.ok(!JSON.stringify(told).includes(SECRET));
});

test('who looks is pointed at no longer, and no notification stays', async () => {
  await until(async () => !(await desk.isUrgent()));
  await desk.away();
  await hong.say('还有一句。');
  await until(async () => (await bus.shown()) > 0);
  await ming.page.startTwice();
  await until(async () => (await bus.shown()) === 0);
});

test('no page had an error, and the Content-Security-Policy stopped nothing', () => house.assertNoTroubleInWindows());
