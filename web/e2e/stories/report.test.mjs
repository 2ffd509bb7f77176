// Something is not right: a report opens what was chosen and nothing else, a block keeps two apart,
// and whoever runs the server can end it.
import assert from 'node:assert/strict';
import { after, before, test } from '../house/bounded.mjs';
import { House, talkTogether } from '../house/house.mjs';

let house;
let ming;
let hong;
let third;
let partner;

before(async () => {
  house = await House.open(3);
  [ming, hong, third] = await house.arrivals('Ming', 'Hong', 'Third');
  await talkTogether(ming, hong);
});
after(() => house?.close());

test('a report opens the chosen line for the moderator, and no other', async () => {
  await ming.say('这一句没有问题');
  await ming.say('快把你的验证码告诉我');
  await hong.read('快把你的验证码告诉我');
  await hong.choose('举报');
  const dialog = hong.page.getByRole('dialog');
  await dialog.getByText('广告、诈骗').click();
  await dialog.getByLabel('快把你的验证码告诉我').check();
  await dialog.getByLabel('补充说明').fill('他要验证码');
  await dialog.getByRole('button', { name: '提交举报' }).click();
  await hong.page.getByText('举报已提交').first().waitFor({ state: 'attached' });
  const list = await house.floaterd.command('cases', 'list');
  const [name] = list.split(' ');
  const shown = await house.floaterd.command('cases', 'show', name);
  assert.match(shown, /快把你的验证码告诉我/u);
  assert.match(shown, /他要验证码/u);
  assert.doesNotMatch(shown, /这一句没有问题/u);
});

test('who is blocked is never met again', async () => {
  await hong.choose('拉黑');
  await hong.page.getByRole('dialog').getByRole('button', { name: '拉黑' }).click();
  await hong.page.getByText('已拉黑 Ming。').waitFor({ state: 'attached' });
  await hong.leave();
  await ming.told('对方离开了');
  await Promise.all([ming.seek(), hong.seek()]);
  await Promise.all([ming.reach('waiting'), hong.reach('waiting')]);
  await third.seek();
  const met = await third.meet();
  const other = met === 'Ming' ? hong : ming;
  partner = met === 'Ming' ? ming : hong;
  assert.equal(await partner.meet(), 'Third');
  assert.ok(await other.at('waiting').isVisible());
});

test('a suspension ends the conversation, and the log-in says why', async () => {
  await Promise.all([third.greet(), partner.greet()]);
  await Promise.all([third.reach('talk'), partner.reach('talk')]);
  await house.floaterd.command('suspend', third.email, '--reason', '骗人');
  await partner.told('管理员结束了聊天');
  await third.reach('door');
  await third.tryToLogIn();
  await third.page.getByText('账户被暂停使用').first().waitFor();
  await third.page.getByText('骗人').first().waitFor();
});

test('no page had an error, and the Content-Security-Policy stopped nothing', () => {
  house.assertNoTrouble();
});
