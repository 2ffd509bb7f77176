// Looks at every page and state, in both languages and both themes, on a phone and on a desk:
// accessibility by axe, small targets, sideways scrolling, reports of the policy, errors.
import axe from 'axe-core';
import { openScene, openStage, sceneNames } from './stage.mjs';

const PHONE = { width: 390, height: 844 };
const DESK = { width: 1280, height: 800 };
const LOOKS = [
  { language: 'zh-CN', theme: 'light', viewport: PHONE },
  { language: 'zh-CN', theme: 'dark', viewport: DESK },
  { language: 'en', theme: 'light', viewport: DESK },
  { language: 'en', theme: 'dark', viewport: PHONE },
];

const only = process.argv[2];
const stage = await openStage();
const wrong = [];
let states = 0;
try {
  for (const look of LOOKS) await visit(look);
} finally {
  await stage.close();
}
for (const line of wrong) console.error(`✖ ${line}`);
console.log(`${states} states looked at, ${wrong.length} faults`);
process.exitCode = wrong.length > 0 || states === 0 ? 1 : 0;

async function visit(look) {
  const { viewport } = look;
  const context = await stage.browser.newContext({ viewport, reducedMotion: 'reduce' });
  const page = await context.newPage();
  let name = '';
  const blame = (what) => wrong.push(`${name} [${look.language} ${look.theme}] ${what}`);
  page.on('console', (said) => {
    if (said.type() === 'error') blame(`console: ${said.text()}`);
  });
  page.on('pageerror', (error) => blame(`thrown: ${error.message}`));
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) => {
      console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  for (name of await sceneNames(page, stage.address)) {
    if (only && !name.includes(only)) continue;
    await openScene(page, stage.address, name, look);
    for (const fault of await faults(page)) blame(fault);
    states += 1;
  }
  await context.close();
}

async function faults(page) {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { resultTypes: ['violations'] });
    const found = violations.flatMap((one) =>
      one.nodes.map((node) => `axe ${one.id}: ${node.target} ${node.failureSummary}`),
    );
    if (document.documentElement.scrollWidth > innerWidth) found.push('scrolls sideways');
    const modal = document.querySelector('dialog[open]') ?? document;
    for (const one of modal.querySelectorAll('button, a[href], input, textarea, select')) {
      // An address stands within a line of text; an input's target is its label.
      const target = one.closest('label') ?? one;
      const { width, height } = target.getBoundingClientRect();
      const exempt = one.matches('.address, .unseen') || (width === 0 && height === 0);
      if (!exempt && (width < 43.5 || height < 43.5)) {
        found.push(`small target: ${one.outerHTML.slice(0, 90)} ${width} x ${height}`);
      }
    }
    return found;
  });
}
