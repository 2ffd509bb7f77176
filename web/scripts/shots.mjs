// Takes a picture of every page and state, in both languages and both themes:
// node scripts/shots.mjs [folder] [part of a name].
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openScene, openStage, sceneNames } from './stage.mjs';

const [folder = 'node_modules/.shots', only = ''] = process.argv.slice(2);
const SIZES = [{ width: 390, height: 844 }, { width: 1280, height: 800 }];

await mkdir(folder, { recursive: true });
const stage = await openStage();
let taken = 0;
try {
  for (const viewport of SIZES) {
    for (const theme of ['light', 'dark']) {
      for (const language of ['zh-CN', 'en']) await visit(viewport, { theme, language });
    }
  }
} finally {
  await stage.close();
}
console.log(`${taken} pictures in ${folder}`);

async function visit(viewport, look) {
  const context = await stage.browser.newContext({ viewport, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.on('pageerror', (error) => console.error(error.message));
  for (const name of await sceneNames(page, stage.address)) {
    if (!name.includes(only)) continue;
    await openScene(page, stage.address, name, look);
    const file = [name, look.language, look.theme, viewport.width].join('-');
    await page.screenshot({ path: join(folder, `${file}.png`) });
    taken += 1;
  }
  await context.close();
}
