// The words of node's test runner, with an end: what hangs fails, and lets the next one begin.
import { after as afterAll, before as beforeAll, test as story } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

/** No story takes so long, hidden for two minutes included; in milliseconds. */
const STORY = 240_000;
/** Browsers, servers and people come and go quicker. */
const HOUSE = 120_000;
/** Who says what can be seen has said it; a page that hangs says nothing. */
const TOLD = 10_000;

/** Who says what can be seen when a story fails: functions that are given the error. */
export const witnesses = new Set();

export const test = (name, tell) => story(name, { timeout: STORY }, async (context) => {
  try {
    return await tell(context);
  } catch (error) {
    const told = Promise.allSettled([...witnesses].map((witness) => witness(name, error)));
    await Promise.race([told, pause(TOLD, null, { ref: false })]);
    throw error;
  }
});

export const before = (open) => beforeAll(open, { timeout: HOUSE });

export const after = (close) => afterAll(close, { timeout: HOUSE });
