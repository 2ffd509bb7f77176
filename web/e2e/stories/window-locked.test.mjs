// The page of the window can reach the engine, and nothing else of the machine or the world.
import assert from 'node:assert/strict';
import { after, before, test } from '../house/bounded.mjs';
import { House } from '../house/house.mjs';
import { Screen } from '../house/screen.mjs';

let screen;
let house;
let ming;

before(async () => {
  screen = await Screen.open();
  house = await House.open(0, { screen, native: true });
  ming = await house.window('Ming');
  await ming.open();
});
after(async () => {
  await house?.close();
  await screen?.close();
});

/** What the page hears when it calls something of the program. */
const call = (name, what = {}) => ming.page.evaluate(
  (command, args) => window.__TAURI_INTERNALS__.invoke(command, args).then(() => 'done', String),
  name, what,
);

test('of the program it may call the engine', async () => {
  assert.equal(await call('online'), 'done');
  for (const name of ['plugin:window|close', 'plugin:event|emit', 'plugin:webview|print', 'plugin:shell|open']) {
    assert.match(await call(name), /not allowed|not found/u, name);
  }
});

test('a picture that does not come as bytes is refused', async () => {
  assert.equal(await call('offer', { picture: [1, 2, 3] }), 'a picture crosses as bytes');
});

test('nothing of elsewhere is loaded, and no text becomes a program', async () => {
  const seen = await ming.page.evaluate(async (port) => {
    const stopped = [];
    const framed = new Promise((told) => {
      addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
        stopped.push(effectiveDirective);
        if (effectiveDirective === 'frame-src') told();
      });
    });
    const fetched = await fetch(`http://127.0.0.1:${port}/`).then(() => 'fetched', () => 'stopped');
    const script = document.createElement('script');
    const trusted = (() => {
      try {
        script.textContent = 'globalThis.ran = true';
        return 'taken';
      } catch {
        return 'refused';
      }
    })();
    document.head.append(script);
    const frame = document.createElement('iframe');
    frame.src = `http://127.0.0.1:${port}/`;
    document.body.append(frame);
    await framed;
    frame.remove();
    return { fetched, trusted, ran: globalThis.ran ?? false, stopped };
  }, house.floaterd.port);
  assert.equal(seen.fetched, 'stopped');
  assert.equal(seen.ran, false);
  assert.equal(seen.trusted, 'refused');
  assert.ok(seen.stopped.includes('connect-src'), seen.stopped.join());
});

test('what the policy stopped is noted, so that a story without such a try would fail', async () => {
  const noted = await ming.page.troubles();
  assert.ok(noted.some((it) => it.includes('the policy stopped connect-src')), noted.join('\n'));
});

test('a second start leaves it to the first window', async () => {
  assert.equal(await ming.page.startTwice(), '');
  await ming.reach('door');
});

test('the page does not go elsewhere', async () => {
  await ming.page.evaluate(async (port) => {
    location.href = `http://127.0.0.1:${port}/`;
    await new Promise((gone) => setTimeout(gone, 1000));
  }, house.floaterd.port);
  await ming.reach('door');
  assert.equal(await ming.page.evaluate(() => location.origin), 'tauri://localhost');
});
