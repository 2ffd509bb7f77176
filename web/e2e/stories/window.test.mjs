// The story in two windows; then in a window and a browser.
import { after, before, test } from '../house/bounded.mjs';
import { House } from '../house/house.mjs';
import { Screen } from '../house/screen.mjs';
import { TALE } from '../house/tale.mjs';

let screen;
let house;

before(async () => {
  screen = await Screen.open();
  house = await House.open(1, { screen, native: true });
});
after(async () => {
  await house?.close();
  await screen?.close();
});

const PAIRS = [
  ['two windows', () => house.window('Ming'), () => house.window('Hong')],
  ['window and browser', () => house.window('Xiao'), () => house.person('Lan')],
];

for (const [where, comeOne, comeOther] of PAIRS) {
  let pair;
  test(`${where}: they sit down`, async () => {
    pair = await Promise.all([comeOne(), comeOther()]);
  });
  for (const [name, part] of TALE) {
    test(`${where}: ${name}`, async () => {
      await part(...pair);
      if (!process.env.SHOTS) return;
      for (const { name: who, page } of pair) {
        await page.screenshot({ path: `${process.env.SHOTS}/${where}-${who}-${TALE.findIndex((it) => it[1] === part)}.png` });
      }
    });
  }
}

test('no page had an error, and the Content-Security-Policy stopped nothing', () => house.assertNoTroubleInWindows());
