import { expect, test } from 'vitest';
import { coarse, graphemes, room, TEXT_MAX } from './graphemes';

test('a family of emoji and a combined letter count as one each', () => {
  expect(graphemes('👨‍👩‍👧‍👦e\u0301你')).toBe(3);
});

test('the limit is told before it is met, and in characters of this text', () => {
  expect(room('你'.repeat(3000)).tell).toBe(false);
  expect(room('你'.repeat(5000))).toEqual({ tell: true, over: false, characters: 461 });
  expect(room('你'.repeat(Math.floor(TEXT_MAX / 3))).over).toBe(false);
  expect(room('你'.repeat(5470))).toEqual({ tell: true, over: true, characters: 9 });
});

test('what is sent is trimmed, so spaces at the ends do not count', () => {
  expect(room(`${'a'.repeat(TEXT_MAX)}   `).over).toBe(false);
});

test('a count that is read out goes in steps', () => {
  expect([0, 4, 23, 100, 461].map(coarse)).toEqual([0, 10, 30, 100, 500]);
});
