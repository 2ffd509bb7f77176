import { expect, test } from 'vitest';
import { join, split } from './frame';

test('a frame is its parts', () => {
  const frame = join({ word: '你好' }, new Uint8Array([0, 255]));
  expect([...frame.subarray(0, 4)]).toEqual([0, 0, 0, 17]);
  expect(split(frame.buffer)).toEqual([{ word: '你好' }, new Uint8Array([0, 255])]);
});
