// What one sets holds: in this browser, at the server, and on every other device.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from '../house/bounded.mjs';
import { House, talkTogether } from '../house/house.mjs';

const OLD = '相逢何必曾相识 floater';
const NEW = '海内存知己 天涯若比邻';
const DARK = 'rgb(12, 21, 24)';

let house;
let ming;
let hong;
/** The same account in another browser. */
let elsewhere;

before(async () => {
  house = await House.open(3);
  [ming, hong] = await house.arrivals('Ming', 'Hong');
  elsewhere = await house.person('Ming');
  await elsewhere.open();
  await ming.openSettings();
});
after(() => house?.close());

/** Opens what is folded under a label. */
function unfold(person, label) {
  return person.page.locator('summary').filter({ hasText: label }).click();
}

/** The lines of a section, as they are read. */
function lines(person, title) {
  const section = person.page.getByRole('region', { name: title, exact: true });
  return section.getByRole('listitem');
}

async function changePassword(person, current, chosen) {
  await person.page.getByLabel('现在的密码', { exact: true }).fill(current);
  await person.page.getByLabel('新密码', { exact: true }).fill(chosen);
  await person.page.locator('details[open]').getByRole('button', { name: '修改' }).click();
}

test('a theme is there after a reload, before any of the page\'s programs runs', async () => {
  const { page } = ming;
  await page.getByRole('radio', { name: '深色' }).check();
  let run;
  const held = new Promise((resolve) => { run = resolve; });
  await page.route('**/assets/*.js', async (route) => {
    await held;
    await route.continue();
  });
  await page.reload({ waitUntil: 'commit' });
  await page.waitForFunction((dark) => {
    return document.body && getComputedStyle(document.body).backgroundColor === dark;
  }, DARK);
  assert.equal(await page.locator('#app > *').count(), 0);
  run();
  await ming.reach('main');
  await page.unroute('**/assets/*.js');
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), DARK);
  const bar = page.locator('meta[name="theme-color"][media="all"]');
  assert.equal(await bar.getAttribute('content'), '#0c1518');
});

test('a refused notification is said, a granted one is kept', async () => {
  const { page } = ming;
  const notify = page.getByRole('switch', { name: '通知' });
  await ming.openSettings();
  await notify.click();
  await page.getByText('浏览器不允许这里发通知').waitFor();
  assert.ok(!(await notify.isChecked()));
  await page.context().grantPermissions(['notifications']);
  await notify.click();
  await page.getByText('浏览器不允许这里发通知').waitFor({ state: 'detached' });
  assert.ok(await notify.isChecked());
  await page.reload();
  await ming.reach('main');
  await ming.openSettings();
  assert.ok(await notify.isChecked());
});

test('Back leaves the settings, not the page, for the button that opened them', async () => {
  const { page } = ming;
  await page.evaluate(() => history.back());
  await ming.reach('main');
  await page.waitForFunction(() => document.activeElement?.getAttribute('aria-label') === '设置');
  await page.waitForFunction(() => history.state === null);
  await ming.openSettings();
});

test('a new name is what the server knows from now on', async () => {
  const { page } = ming;
  await unfold(ming, '名字');
  await page.getByLabel('名字').fill('  ');
  await page.locator('details[open]').getByRole('button', { name: '修改' }).click();
  await page.getByText('请填写一个名字。').waitFor();
  await page.getByLabel('名字').fill('小明明');
  await page.locator('details[open]').getByRole('button', { name: '修改' }).click();
  await page.getByText('名字已改为 小明明。').waitFor();
  ming.name = '小明明';
  await page.reload();
  await page.getByRole('heading', { name: '小明明，你好' }).waitFor();
  await ming.openSettings();
});

test('a log-in elsewhere stands in the list, is ended from here, and is told', async () => {
  const { page } = ming;
  await elsewhere.logIn();
  await page.reload();
  await ming.openSettings();
  await lines(ming, '登录的设备').nth(1).waitFor();
  assert.equal(await lines(ming, '登录的设备').filter({ hasText: '这里' }).count(), 1);
  await ming.button('结束 · 浏览器').click();
  await page.getByText('已结束那处登录。').waitFor();
  await elsewhere.reach('door');
  await elsewhere.page.getByText('这里的登录已结束。').waitFor();
  await lines(ming, '登录的设备').nth(1).waitFor({ state: 'detached' });
});

test('a new password ends the other log-in, and the old one is worth nothing', async () => {
  const { page } = ming;
  await elsewhere.logIn();
  await unfold(ming, '密码');
  await changePassword(ming, '不是这个密码', NEW);
  await page.getByText('现在的密码不对。').waitFor();
  assert.equal(await page.getByLabel('新密码', { exact: true }).inputValue(), NEW);
  await changePassword(ming, OLD, NEW);
  await page.getByText('密码已修改，其他登录都已结束。').waitFor();
  await elsewhere.reach('door');
  await elsewhere.page.getByText('密码改过了，其他登录都已结束。').waitFor();
  await elsewhere.tryToLogIn(OLD);
  await elsewhere.page.getByText('邮箱和密码对不上').waitFor();
  await elsewhere.logIn(NEW);
});

test('all other log-ins are ended with one press', async () => {
  await ming.back();
  await ming.openSettings();
  await ming.button('结束其他所有登录').click();
  await ming.page.getByText('已结束其他所有登录。').waitFor();
  await elsewhere.page.getByText('这里的登录已结束。').waitFor();
  await lines(ming, '登录的设备').nth(1).waitFor({ state: 'detached' });
  assert.equal(await lines(ming, '登录的设备').count(), 1);
});

test('who was blocked stands in the list and in the export', async () => {
  await ming.back();
  await talkTogether(ming, hong);
  await ming.choose('拉黑');
  await ming.page.getByRole('dialog').getByRole('button', { name: '拉黑' }).click();
  await ming.page.getByText('已拉黑 Hong。').waitFor({ state: 'attached' });
  await ming.leave();
  await ming.told('你结束了聊天');
  await hong.told('对方离开了');
  await ming.openSettings();
  const year = String(new Date().getFullYear());
  await lines(ming, '已拉黑的人').filter({ hasText: 'Hong' }).filter({ hasText: year }).waitFor();
});

test('the export has what the server knows, and no secret', async () => {
  const saving = ming.page.waitForEvent('download');
  await ming.button('导出').click();
  const download = await saving;
  assert.match(download.suggestedFilename(), /^floater-\d{4}-\d\d-\d\d\.json$/u);
  await ming.page.getByText('已保存到下载。').waitFor();
  const text = await readFile(await download.path(), 'utf8');
  const kept = JSON.parse(text);
  assert.equal(kept.account.email, ming.email);
  assert.equal(kept.account.username, '小明明');
  assert.deepEqual(kept.sessions.map((session) => session.current), [true]);
  assert.deepEqual(kept.blocks.map((block) => block.name), ['Hong']);
  assert.deepEqual(kept.reports, []);
  assert.ok(!text.includes('argon2') && !text.includes(NEW));
});

test('who is unblocked is met again', async () => {
  const { page } = ming;
  await ming.button('撤销 · Hong').click();
  await page.getByRole('alertdialog').getByRole('button', { name: '不再拉黑' }).click();
  await page.getByText('没有拉黑任何人。').waitFor();
  await ming.back();
  await talkTogether(ming, hong);
  await hong.leave();
  await ming.told('对方离开了');
});

test('a deleted account is gone, and the door tells nobody that it was there', async () => {
  const { page } = hong;
  await hong.told('你结束了聊天');
  await hong.openSettings();
  await unfold(hong, '删除账户');
  await page.getByText('会留下').waitFor();
  await page.getByLabel('现在的密码', { exact: true }).fill('不是这个密码');
  await hong.button('永久删除账户').click();
  await page.getByText('现在的密码不对。').waitFor();
  await page.getByLabel('现在的密码', { exact: true }).fill(OLD);
  await hong.button('永久删除账户').click();
  await hong.reach('door');
  await page.getByText('账户已删除。愿你一路顺风。').waitFor();
  const gone = await refusal(hong);
  hong.email = 'nobody@example.org';
  await hong.open();
  assert.equal(gone, await refusal(hong));
  assert.match(gone, /邮箱和密码对不上/u);
});

/** What the door says to somebody whom it does not let in. */
async function refusal(person) {
  await person.tryToLogIn(OLD);
  const alert = person.page.getByRole('alert');
  await alert.waitFor();
  return alert.textContent();
}

test('no page had an error, and the Content-Security-Policy stopped nothing', () => {
  house.assertNoTrouble();
});
