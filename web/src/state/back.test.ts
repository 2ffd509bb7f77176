import { once } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BackGuard } from './back';

const ask = vi.fn();
let guard: BackGuard;
let before: string;
let stop: () => void;

/** Back was pressed, or the guard went back by itself: the browser says so a little later. */
function popped(): Promise<unknown> {
  return once(window as unknown as EventTarget, 'popstate');
}

function back(): Promise<unknown> {
  const done = popped();
  history.back();
  return done;
}

beforeEach(() => {
  ask.mockClear();
  before = `page ${Math.random()}`;
  history.pushState(before, '');
  guard = new BackGuard(ask);
  stop = guard.watch();
});
afterEach(() => stop());

test('Back in a conversation asks, each time, and leaves nothing', async () => {
  guard.set(true);
  await back();
  expect(ask).toHaveBeenCalledTimes(1);
  await back();
  expect(ask).toHaveBeenCalledTimes(2);
  expect(history.state).not.toBe(before);
});

test('after the end Back leads where it led before, and nobody was asked', async () => {
  guard.set(true);
  const gone = popped();
  guard.set(false);
  await gone;
  expect(history.state).toBe(before);
  await back();
  expect(history.state).not.toBe(before);
  expect(ask).not.toHaveBeenCalled();
});

test('who meets the next one at once is guarded, and not asked by mistake', async () => {
  guard.set(true);
  const gone = popped();
  guard.set(false);
  guard.set(true);
  await gone;
  expect(ask).not.toHaveBeenCalled();
  await back();
  expect(ask).toHaveBeenCalledTimes(1);
});

test('what a reload leaves of a guard goes by itself', async () => {
  guard.set(true);
  stop();
  const gone = popped();
  stop = new BackGuard(ask).watch();
  await gone;
  expect(history.state).toBe(before);
  expect(ask).not.toHaveBeenCalled();
});
