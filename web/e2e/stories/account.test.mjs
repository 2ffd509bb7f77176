// The ways into an account: by the mail's link, by its code, by a new password.
import assert from 'node:assert/strict';
import { after, before, test } from '../house/bounded.mjs';
import { until } from '../house/desk.mjs';
import { House } from '../house/house.mjs';

const NEW_PASSWORD = '海内存知己 天涯若比邻';

let house;
let ming;
let hong;

before(async () => {
  house = await House.open(3);
  ming = await house.person('Ming');
  hong = await house.person('Hong');
});
after(() => house?.close());

function linkIn(mail) {
  return /https?:\/\/\S+#\/\S+/u.exec(mail.text)[0];
}

function codeIn(mail) {
  return /\b([0-9A-Z]{4}) ([0-9A-Z]{4})\b/u.exec(mail.text)[0];
}

test('in the browser that registered the mail\'s link takes one press', async () => {
  await ming.open();
  await ming.register();
  await ming.page.goto(linkIn(await house.post.mailTo(ming.email)));
  await ming.page.getByText('邮件已确认。按下按钮，激活你的账户。').waitFor();
  await ming.button('激活').click();
  await ming.page.getByText('账户已激活，请登录。').waitFor();
});

test('who is not activated is told so, but only after the right password', async () => {
  await hong.open();
  await hong.register();
  await hong.button('回到登录').click();
  await hong.tryToLogIn('不是这个密码');
  await hong.page.getByText('邮箱和密码对不上').waitFor();
  await hong.tryToLogIn();
  await hong.page.getByText('账户还没有激活').waitFor();
});

test('in another browser the link asks for the code', async () => {
  const mail = await house.post.mailTo(hong.email);
  const other = await house.person('Other');
  await other.page.goto(linkIn(mail));
  await other.page.getByText('请输入邮件里的 8 位验证码').waitFor();
  await other.page.getByLabel('邮箱').fill(hong.email);
  await other.page.getByLabel('8 位验证码').fill(codeIn(mail).toLowerCase());
  await other.button('激活').click();
  await other.page.getByText('账户已激活，请登录。').waitFor();
  await hong.button('回到登录').click();
  await hong.logIn();
});

test('a forgotten password is set anew, and the old one is worth nothing', async () => {
  await ming.button('忘记密码').click();
  await ming.page.getByLabel('邮箱').fill(ming.email);
  await ming.button('发送邮件').click();
  await ming.page.getByLabel('8 位验证码').fill(await house.post.codeFor(ming.email));
  await ming.page.getByLabel('新密码', { exact: true }).fill(NEW_PASSWORD);
  await ming.button('设置新密码').click();
  await ming.page.getByText('新密码已生效').waitFor();
  await ming.tryToLogIn();
  await ming.page.getByText('邮箱和密码对不上').waitFor();
  await ming.logIn(NEW_PASSWORD);
});

test('who reloads is still logged in', async () => {
  await until(async () => (await ming.page.context().cookies()).length > 0);
  await ming.page.reload();
  await ming.reach('main');
});

test('no page had an error, and the Content-Security-Policy stopped nothing', () => {
  house.assertNoTrouble();
  assert.ok(!house.floaterd.log.includes('example.org'), 'the log names an address');
});
