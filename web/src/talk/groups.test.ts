import { expect, test } from 'vitest';
import type { Line } from '../engine/types';
import { groups } from './groups';

const line = (own: boolean, number: number, at: number): Line => ({
  of: { by: own ? 'A' : 'B', number },
  own,
  at,
  quote: null,
  message: { kind: 'text', text: `${number}` },
});

test('lines group by person and minute', () => {
  const all = [line(true, 1, 0), line(true, 2, 59_000), line(true, 3, 61_000), line(false, 1, 62_000)];
  expect(groups(all).map((g) => g.lines.length)).toEqual([2, 1, 1]);
  expect(groups(all).map((g) => g.key)).toEqual(['A1', 'A3', 'B1']);
});

test('nothing said, nothing grouped', () => {
  expect(groups([])).toEqual([]);
});
