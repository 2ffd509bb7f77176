// The whole story by keyboard alone; and each page that it comes by is looked at by axe.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from '../house/bounded.mjs';
import { House } from '../house/house.mjs';
import { photograph } from '../house/photo.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PASSWORD = '相逢何必曾相识 floater';
/** So many stops no page has. */
const STOPS = 60;

let house;
let ming;
let hong;

before(async () => {
  house = await House.open(2);
  ming = await house.person('Ming');
  [hong] = await house.arrivals('Hong');
});
after(() => house?.close());

/** Goes on with Tab until the name of what has the focus begins like this. */
async function tabTo(person, name) {
  const seen = [];
  for (let stop = 0; stop < STOPS; stop += 1) {
    const found = await person.page.evaluate(focused);
    if (found.startsWith(name)) return;
    seen.push(found);
    await person.page.keyboard.press('Tab');
  }
  assert.fail(`Tab does not reach ${name}: ${seen.join(' | ')}`);
}

// Runs in the page.
function focused() {
  const element = document.activeElement;
  const label = element?.getAttribute('aria-label') ?? element?.labels?.[0]?.textContent;
  return (element === document.body ? '' : (label ?? element?.textContent ?? '')).trim();
}

async function press(person, name) {
  await tabTo(person, name);
  await person.page.keyboard.press('Enter');
}

async function type(person, name, text) {
  await tabTo(person, name);
  await person.page.keyboard.insertText(text);
}

/** No violation on what is shown. */
async function assertAccessible(person, place) {
  await person.page.evaluate(AXE);
  const { violations } = await person.page.evaluate(() => globalThis.axe.run());
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html)}`);
  assert.deepEqual(told, [], place);
}

test('register, activate and log in', async () => {
  await ming.open();
  await assertAccessible(ming, 'log in');
  await press(ming, '注册');
  await ming.page.getByRole('heading', { name: '注册', exact: true }).waitFor();
  await assertAccessible(ming, 'register');
  await type(ming, '邮箱', ming.email);
  await type(ming, '名字', ming.name);
  await type(ming, '密码', PASSWORD);
  await tabTo(ming, '我已满 18 岁');
  await ming.page.keyboard.press('Space');
  await press(ming, '注册');
  await ming.page.getByRole('heading', { name: '激活账户' }).waitFor();
  await assertAccessible(ming, 'activate');
  await type(ming, '8 位验证码', await ming.post.codeFor(ming.email));
  await press(ming, '激活');
  await ming.page.getByText('账户已激活，请登录。').waitFor();
  await type(ming, '密码', PASSWORD);
  await press(ming, '登录');
  await ming.reach('first');
  await assertAccessible(ming, 'first log-in');
  await press(ming, '始终隐藏地址');
  await ming.reach('main');
});

test('meet, say 你好, write', async () => {
  await assertAccessible(ming, 'main page');
  await press(ming, '聊一聊');
  await ming.reach('waiting');
  await assertAccessible(ming, 'waiting');
  await hong.seek();
  await ming.meet();
  await assertAccessible(ming, 'greeting');
  await type(ming, '输入「你好」', '你好');
  await ming.page.keyboard.press('Enter');
  await hong.reach('greeting');
  await press(hong, '你好');
  await ming.reach('talk');
  await type(ming, '写给对方', '只用键盘写的');
  await ming.page.keyboard.press('Enter');
  await hong.read('只用键盘写的');
  await assertAccessible(ming, 'talk');
});

test('choose a picture, send it, open it, see it large', async () => {
  const choosing = ming.page.waitForEvent('filechooser');
  await press(ming, '发送图片');
  const buffer = await photograph(ming.page);
  await (await choosing).setFiles({ name: 'sea.jpg', mimeType: 'image/jpeg', buffer });
  await ming.page.getByText('位置等信息已去除').waitFor({ timeout: 60_000 });
  await assertAccessible(ming, 'a picture to send');
  await tabTo(ming, '写给对方');
  await ming.page.keyboard.press('Enter');
  await hong.receivePicture();
  await press(hong, 'Ming 的图片');
  await hong.figure.locator('img').waitFor();
  assert.equal(await hong.page.evaluate(focused), 'Ming 的图片 · 放大查看');
  await hong.page.keyboard.press('Enter');
  const large = hong.page.getByRole('dialog', { name: 'Ming 的图片' });
  await large.waitFor();
  await assertAccessible(hong, 'a picture seen large');
  await hong.page.keyboard.press('Escape');
  await large.waitFor({ state: 'detached' });
});

test('Esc twice asks, Esc takes it back, the red button ends it', async () => {
  await tabTo(ming, '写给对方');
  await ming.page.keyboard.press('Escape');
  await ming.page.keyboard.press('Escape');
  await ming.page.getByRole('alertdialog').waitFor();
  await assertAccessible(ming, 'the question before leaving');
  assert.equal(await ming.page.evaluate(focused), '继续聊');
  await ming.page.keyboard.press('Escape');
  await ming.page.getByRole('alertdialog').waitFor({ state: 'detached' });
  assert.equal(await ming.page.evaluate(focused), '写给对方');
  await press(ming, '断开');
  await ming.page.getByRole('alertdialog').waitFor();
  await press(ming, '断开');
  await ming.told('你结束了聊天');
  await hong.told('对方离开了');
  await assertAccessible(ming, 'main page after a conversation');
});

test('no page had an error, and the Content-Security-Policy stopped nothing', () => {
  house.assertNoTrouble();
});
