// The session is kept in the desktop's keyring where that works, else in a file; settings say where.
import assert from 'node:assert/strict';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from '../house/bounded.mjs';
import { Bus } from '../house/bus.mjs';
import { House } from '../house/house.mjs';
import { Screen } from '../house/screen.mjs';

let screen;
let bus;
let house;
let ming;
let hong;

before(async () => {
  [screen, bus] = await Promise.all([Screen.open(), Bus.open()]);
  await bus.unlock();
  house = await House.open(0, { screen, native: true });
  ming = await house.window('Ming', { around: bus.env });
  hong = await house.window('Hong');
});
after(async () => {
  await house?.close();
  await bus?.close();
  await screen?.close();
});

/** The files in which somebody's session is kept. */
async function files(person) {
  const { folder } = person.page;
  const all = await readdir(folder, { recursive: true });
  return all.filter((it) => it.split('/').at(-1) === 'token').map((it) => join(folder, it));
}

/** What the settings say of it, and what holds: a file that only its owner reads, or none. */
async function isKept(person, words, { inFile }) {
  await person.openSettings();
  await person.page.getByText(words).waitFor();
  await person.back();
  const modes = await Promise.all((await files(person)).map(async (it) => (await stat(it)).mode & 0o777));
  assert.deepEqual(modes, inFile ? [0o600] : []);
}

async function again(person) {
  await person.page.kill();
  await person.page.start();
}

test('who logs in has the session in the keyring, and in no file', async () => {
  assert.equal(await bus.secret(), '');
  await ming.arrive();
  await isKept(ming, '保存在系统的密钥环里', { inFile: false });
  assert.notEqual(await bus.secret(), '');
});

test('the next start is still logged in', async () => {
  await again(ming);
  await ming.reach('main');
});

test('a locked keyring is not asked to open: a file, and the word for it', async () => {
  await bus.lock();
  await again(ming);
  await ming.reach('door');
  await ming.logIn();
  await isKept(ming, '系统的密钥环锁着', { inFile: true });
  await again(ming);
  await ming.reach('main');
});

test('what the file had moves into the keyring that opens again', async () => {
  await bus.unlock();
  const before = await bus.secret();
  await again(ming);
  await ming.reach('main');
  await isKept(ming, '保存在系统的密钥环里', { inFile: false });
  assert.notEqual(await bus.secret(), before);
});

test('a keyring that says nothing holds nobody up', async () => {
  bus.hush();
  await again(ming);
  await ming.reach('door');
  await ming.logIn();
  await isKept(ming, '系统的密钥环没有应答', { inFile: true });
});

test('who logs out has it nowhere, and stays out', async () => {
  await bus.unlock();
  await again(ming);
  await ming.reach('main');
  await ming.openSettings();
  await ming.button('退出登录').click();
  await ming.reach('door');
  assert.equal(await bus.secret(), '');
  assert.deepEqual(await files(ming), []);
  await again(ming);
  await ming.reach('door');
});

test('without a keyring it is a file, and the settings say so', async () => {
  await hong.arrive();
  await isKept(hong, '这个系统没有可以用的密钥环', { inFile: true });
  await again(hong);
  await hong.reach('main');
});

test('no page had an error, and the Content-Security-Policy stopped nothing', () => house.assertNoTroubleInWindows());
