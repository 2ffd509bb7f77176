// What keeps a window from its server, or from beginning at all: it says so, why, and what to do.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from '../house/bounded.mjs';
import { freePort } from '../house/floaterd.mjs';
import { House } from '../house/house.mjs';
import { Screen } from '../house/screen.mjs';
import { WindowPage } from '../house/window.mjs';

const FINGERPRINT = 'a'.repeat(64);

let screen;
let house;
let here;

before(async () => {
  screen = await Screen.open();
  house = await House.open(0, { screen, native: true });
  here = `floater://127.0.0.1:${house.floaterd.native}`;
});
after(async () => {
  await house?.close();
  await screen?.close();
});

/** Opens a window and waits for words at a place. */
async function reads(place, words, how) {
  const page = await WindowPage.open({ screen, ...how });
  const alert = page.locator(`main[data-page="${place}"]`).getByRole('alert').filter({ hasText: words });
  await alert.waitFor().finally(() => page.close());
}

for (const [what, words, server] of [
  ['nobody who answers', '连不上服务器', async () => `floater://127.0.0.1:${await freePort()}`],
  ['a name that nobody has', '找不到这个服务器的名字', () => 'floater://nowhere.invalid'],
  ['a port without TLS', '那个端口不说 TLS', () => `${here}#${FINGERPRINT}`],
]) test(what, async () => reads('starting', words, { server: await server() }));

test('no address of a server', () => reads('unable', '这不是一个服务器地址', { server: 'https://floater.example' }));

test('a data directory that another program uses', async () => {
  const lan = await house.terminal('Lan');
  await lan.read('还没有登录');
  await reads('unable', '另一个程序正在用这个数据目录', { server: here, data: lan.folder });
});

test('a data directory that cannot be one', async () => {
  const lan = await house.terminal('Hong');
  const data = join(lan.folder, 'file');
  await writeFile(data, '');
  await reads('unable', '数据目录不能读写', { server: here, data });
});
