// Two full screens meet, one in Chinese and one narrow in English: keys, text, pictures, a window that
// changes its size, a program that is stopped and goes on, a server that is killed, the end.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from '../house/bounded.mjs';
import { House } from '../house/house.mjs';
import { dot } from '../house/dot.mjs';
import { PROMPT } from '../house/tmux.mjs';

const HOSTILE = 'red\u{1b}[31m \u{202e}evil\u{200b} end';

let house;
let ming;
let hong;

before(async () => {
  house = await House.open(1, { native: true });
  [ming, hong] = await Promise.all([
    house.tmux('Ming'),
    house.tmux('Hong', { cols: 40, rows: 20, english: true }),
  ]);
});
after(() => house?.close());

test('both register, activate and log in by keys', async () => {
  await Promise.all([ming.arrive(), hong.arrive()]);
});

test('they find each other and say 你好, one by a key and one by typing it', async () => {
  await ming.seek();
  await ming.see('已等 0:0');
  await ming.keep('waiting');
  await hong.seek();
  await ming.see('你是 Ming，对方是 Hong');
  await hong.see('the other is Ming');
  await hong.keep('greeting');
  await ming.press('Enter');
  await ming.see('你已问好 · 等对方');
  await hong.say('too early');
  await hong.see('(or /hello) first');
  await hong.say('你好');
  await ming.see('写点什么');
  // What was said too early can be said now.
  await hong.see('› too early');
  await hong.press('C-u');
  await hong.see('Write something');
});

test('what one says the other reads, and answers', async () => {
  await ming.say('今天的海是什么颜色?');
  await hong.see('今天的海是什么颜色?');
  await hong.press('Tab');
  await hong.see('r quote');
  await hong.press('r');
  await hong.see('│ Quoting: 今天的海');
  await hong.type('grey blue 🌊');
  await hong.press('M-Enter');
  await hong.say('like slate');
  const screen = await ming.see('like slate');
  assert.match(screen, /│ 今天的海是什么颜色\?\n {3}grey blue 🌊\n {3}like slate/u);
  await hong.see('delivered');
  await ming.keep('talk');
  await hong.keep('talk');
});

test('text that would do something to a terminal does nothing', async () => {
  await hong.paste(HOSTILE);
  await hong.press('Enter');
  // What would turn the direction does not even leave; what hides is named where it comes.
  const screen = await ming.see('evil<U+200B>');
  assert.doesNotMatch(screen, /[\u{200b}\u{202e}]/u);
});

test('a picture is pasted as a path, looked at, sent, opened and saved', async () => {
  const [sent, saved] = [join(ming.folder, 'dot.png'), join(hong.folder, 'saved.png')];
  await writeFile(sent, dot(64, 48));
  await ming.paste(sent);
  await ming.see('要发送的图片');
  await ming.see('▀');
  await ming.keep('preview');
  await ming.press('Enter');
  await hong.see('64 × 48 · Enter to view');
  await hong.keep('blurred');
  await hong.press('Tab', 'Enter');
  await hong.gone('Enter to view');
  await hong.keep('opened');
  await hong.press('Enter');
  await hong.see('Esc back   s save');
  await hong.keep('large');
  await hong.press('Escape');
  await hong.see('r quote');
  await hong.press('s');
  await hong.see('Save it where?');
  await hong.answer(saved);
  await hong.see('Saved:');
  const png = await readFile(saved);
  assert.deepEqual(png.subarray(1, 4), Buffer.from('PNG'));
  assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [64, 48]);
  await hong.press('Escape');
});

test('the window changes its size while they talk', async () => {
  await ming.resize(200, 50);
  await ming.say('宽一点');
  await ming.see('宽一点  已');
  // Side by side.
  await ming.see('│ › 写点什么…');
  await ming.keep('wide');
  await ming.resize(40, 20);
  await ming.see('写点什么');
  await ming.keep('narrow');
  await ming.resize(80, 24);
  await hong.see('宽一点');
});

test('a program that is stopped goes on where it was', async () => {
  await hong.suspend();
  await ming.say('还在吗?');
  await ming.see('还在吗?  已发');
  await hong.resume();
  await hong.see('还在吗?');
  await ming.see('还在吗?  已送达');
});

test('the server is killed, and both go on', async () => {
  await house.floaterd.kill();
  await ming.see('位置为你保留');
  await ming.say('断线时写的');
  await ming.see('断线时写的  等待');
  await hong.say('at sea');
  await hong.see('at sea  waiting');
  await ming.keep('reconnecting');
  await house.floaterd.start();
  await hong.see('断线时写的');
  await ming.see('at sea');
  await ming.gone('位置为你保留');
});

test('nobody leaves by accident, and both read why it ended', async () => {
  await ming.press('Escape');
  await ming.see('再按一次 Esc');
  await ming.press('Escape');
  await ming.see('要结束这段对话吗');
  await ming.keep('leave');
  await ming.press('Enter');
  await ming.gone('要结束这段对话吗');
  await hong.press('C-x');
  await hong.see('End this conversation?');
  await hong.press('Right', 'Enter');
  await hong.see('You ended the conversation');
  await ming.see('对方离开了');
  await hong.keep('ended');
  await ming.keep('ended');
});

test('what remains possible is done by keys: the transcript, a block', async () => {
  const kept = join(ming.folder, 'talk.txt');
  await ming.press('Down', 'Down', 'Down', 'Down', 'Enter');
  await ming.see('存到哪里');
  await ming.answer(kept);
  await ming.see('对话已保存');
  const text = await readFile(kept, 'utf8');
  assert.match(text, /^Ming 与 Hong · \d{4}-\d\d-\d\d \d\d:\d\d\n/u);
  assert.match(text, /\] Hong: grey blue 🌊\n {4}like slate {2}\(引用: 今天的海是什么颜色\?\)/u);
  await ming.press('Up', 'Enter');
  await ming.see('拉黑 Hong？');
  await ming.press('Right', 'Enter');
  await ming.see('已拉黑 Hong');
});

test('the terminal is given back as it was', async () => {
  await hong.press('C-q');
  const screen = await hong.gone('You ended the conversation');
  assert.ok(screen.startsWith(PROMPT), screen);
  await hong.say('echo all $((20 + 22)) well');
  await hong.see('all 42 well');
  assert.equal(await hong.state('alternate_on'), '0');
  assert.equal(await hong.state('cursor_flag'), '1');
});
