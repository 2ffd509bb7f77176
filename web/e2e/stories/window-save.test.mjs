// What the page hands to the person is asked about by the system's dialog, and written as it is.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { after, before, test } from '../house/bounded.mjs';
import { Desk, until } from '../house/desk.mjs';
import { dot } from '../house/dot.mjs';
import { House, talkTogether } from '../house/house.mjs';
import { Screen } from '../house/screen.mjs';

const run = promisify(execFile);

/** The page has come to rest so soon, in milliseconds. */
const MOVING = 5_000;

/** What was mounted. */
const disks = [];

let screen;
let house;
let ming;
let hong;
let desk;
let folder;

before(async () => {
  screen = await Screen.open({ managed: true });
  folder = await mkdtemp(join(tmpdir(), 'floater-'));
  house = await House.open(0, { screen, native: true });
  [ming, hong] = await Promise.all([house.window('Ming'), house.window('Hong')]);
  await Promise.all([ming.arrive(), hong.arrive()]);
  desk = new Desk(screen, await hong.page.pid());
});
after(async () => {
  await house?.close();
  await screen?.close();
  for (const place of disks) await run('umount', [place]);
  if (folder) await rm(folder, { recursive: true, force: true });
});

/** The dialogs that ask where: further windows of the program. */
async function dialogs() {
  const all = [];
  for (const it of await desk.windows()) {
    if ((await desk.property(it, 'WM_WINDOW_ROLE')).includes('GtkFileChooserDialog')) all.push(it);
  }
  return all;
}

/** The one that is there, or comes. */
async function asked() {
  const window = await until(async () => (await dialogs())[0]);
  await desk.turnTo(window);
  return window;
}

/** Types where the file goes, as people do who know the path; nothing: cancels. */
async function say(path) {
  const window = await asked();
  if (path) await desk.press('ctrl+a');
  if (path) await desk.type(path);
  await desk.press(path ? 'Return' : 'Escape');
  await until(async () => !(await desk.windows()).includes(window));
}

/** Presses until the dialog comes: what loads above may still move the button from under the finger. */
async function exported(path) {
  await until(async () => {
    await hong.button('导出').click();
    return until(async () => (await dialogs()).length > 0, MOVING);
  });
  await say(path);
}

test('the account is exported where the person says', async () => {
  await hong.openSettings();
  const path = join(folder, 'mine.json');
  await exported(path);
  await hong.page.getByText('已保存。').waitFor();
  const account = JSON.parse(await readFile(path, 'utf8'));
  assert.ok(JSON.stringify(account).includes(hong.email));
});

test('who cancels has no file, and hears of none', async () => {
  await exported(null);
  assert.deepEqual(await readdir(folder), ['mine.json']);
  assert.equal(await hong.page.getByText('已保存。').count(), 0);
});

/** A disk of its own, or nothing where none can be mounted. */
async function disk(name, options) {
  const place = join(folder, name);
  await mkdir(place);
  await run('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', place]);
  disks.push(place);
  return place;
}

for (const [what, options, words] of [
  ['a disk without room', 'size=4k', '没有保存：磁盘满了'],
  ['a disk that is read only', 'ro', '没有保存：那里不允许写入'],
]) test(`${what} has its words`, async (context) => {
  const place = await disk(what, options).catch(() => null);
  if (!place) return context.skip('nothing can be mounted');
  if (options !== 'ro') await writeFile(join(place, 'full'), new Uint8Array(4096));
  await exported(join(place, 'mine.json'));
  await hong.page.getByText(words).waitFor();
  assert.deepEqual(await readdir(place), options === 'ro' ? [] : ['full']);
});

test('a picture is saved byte for byte', async () => {
  await hong.back();
  await talkTogether(ming, hong);
  await ming.attach({ name: 'sea.png', mimeType: 'image/png', buffer: dot(320, 200) });
  await ming.send();
  await hong.receivePicture();
  await hong.page.evaluate(() => {
    const make = URL.createObjectURL;
    URL.createObjectURL = (blob) => make((globalThis.opened = blob));
  });
  await hong.openPicture();
  const path = join(folder, 'sea.png');
  await hong.button('保存图片').first().click();
  await say(path);
  await hong.page.getByText('已保存。').waitFor();
  const shown = await hong.page.evaluate(
    async () => [...new Uint8Array(await globalThis.opened.arrayBuffer())],
  );
  assert.deepEqual(await readFile(path), Buffer.from(shown));
});

test('the conversation is saved as it was read', async () => {
  await ming.say('灰蓝色 🌊');
  await hong.read('灰蓝色 🌊');
  await hong.choose('保存对话');
  const path = join(folder, 'talk.txt');
  await say(path);
  await until(async () => (await readFile(path, 'utf8')).includes('灰蓝色 🌊'));
  await hong.leave();
  await ming.told('对方离开了');
});

test('no page had an error, and the Content-Security-Policy stopped nothing', () => house.assertNoTroubleInWindows());
