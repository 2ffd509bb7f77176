// Programs break down in mid-conversation: the server, then one of the two windows. Then a window and
// a terminal meet.
import { after, before, test } from '../house/bounded.mjs';
import { House, talkTogether } from '../house/house.mjs';
import { Screen } from '../house/screen.mjs';

let screen;
let house;
let ming;
let hong;

before(async () => {
  screen = await Screen.open();
  house = await House.open(0, { screen, native: true });
  [ming, hong] = await Promise.all([house.window('Ming'), house.window('Hong')]);
  await Promise.all([ming.arrive(), hong.arrive()]);
});
after(async () => {
  await house?.close();
  await screen?.close();
});

test('the server is killed, and both go on', async () => {
  await talkTogether(ming, hong);
  await ming.say('还在吗?');
  await hong.read('还在吗?');
  await house.floaterd.kill();
  await hong.say('服务器走了。');
  await house.floaterd.start();
  await ming.read('服务器走了。', 30_000);
});

test('a window is killed: started again it says that the conversation is over', async () => {
  await hong.page.kill();
  await hong.page.start();
  await hong.told('连接中断', 30_000);
});

test('the other one is told at once', async () => {
  await ming.told('连接中断');
});

test('both can be matched again', async () => {
  await talkTogether(ming, hong);
  await hong.leave();
  await ming.told('对方离开了');
});

test('a window and a terminal talk', async () => {
  const lan = await house.terminal('Lan');
  await lan.arrive();
  await ming.seek();
  lan.type('聊一聊');
  await lan.read('你是 Lan，对方是 Ming。');
  await ming.reach('greeting');
  await ming.greet();
  lan.type('你好');
  await ming.reach('talk');
  await ming.say('窗口里的海');
  await lan.read('Ming: 窗口里的海');
  lan.type('终端里的海');
  await ming.read('终端里的海');
  await ming.leave();
  await lan.read('对方离开了');
});

test('no page had an error, and the Content-Security-Policy stopped nothing', () => house.assertNoTroubleInWindows());
