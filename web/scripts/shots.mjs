// Takes a picture of every page and state: node scripts/shots.mjs [folder] [part of a name].
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
    for (const theme of ['light', 'dark']) await visit(viewport, theme);
  }
} finally {
  await stage.close();
}
console.log(`${taken} pictures in ${folder}`);

async function visit(viewport, theme) {
  const context = await stage.browser.newContext({ viewport, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.on('pageerror', (error) => console.error(error.message));
  for (const name of await sceneNames(page, stage.address)) {
    if (!name.includes(only)) continue;
    await openScene(page, stage.address, name, { language: 'zh-CN', theme });
    await page.screenshot({ path: join(folder, `${name}-${theme}-${viewport.width}.png`) });
    taken += 1;
  }
  await context.close();
}
