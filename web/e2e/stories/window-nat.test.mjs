// The story in two windows, each in a home of its own behind a NAT: past the server.
import { after, before, test } from '../house/bounded.mjs';
import { House } from '../house/house.mjs';
import { Place } from '../house/place.mjs';
import { Screen } from '../house/screen.mjs';
import { TALE } from '../house/tale.mjs';
import { WindowPage } from '../house/window.mjs';

let screen;
let place;
let house;
let pair;

before(async () => {
  place = await Place.open('kept+kept');
  if (!place) return;
  screen = await Screen.open();
  house = House.at(place, { screen });
  pair = await Promise.all([house.window('Ming'), house.window('Hong')]);
  for (const person of pair) person.policy = '允许直接连接';
});
after(async () => {
  await house?.close();
  await screen?.close();
});

const tell = (name, part) => test(name, async (context) => {
  if (place) await part(...pair);
  else context.skip('network namespaces cannot be had');
});

const direct = ['both see that the path is direct', (...people) => Promise.all(
  people.map(({ page }) => page.getByRole('button', { name: '直连' }).waitFor()),
)];

for (const [name, part] of [...TALE.slice(0, 2), direct, ...TALE.slice(2)]) tell(name, part);

tell('a server with another certificate than the one that was named', async () => {
  const server = `${place.server.split('#')[0]}#${'a'.repeat(64)}`;
  const page = await WindowPage.open({ server, screen, home: place.homes[0] });
  const alert = page.getByRole('alert').filter({ hasText: '证书和你指定的不同' });
  await alert.waitFor().finally(() => page.close());
});
