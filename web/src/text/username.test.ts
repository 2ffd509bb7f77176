import { expect, test } from 'vitest';
import { nameFault } from './username';

test('1 to 24 characters as people count them', () => {
  expect(nameFault(' 小明 ')).toBeNull();
  expect(nameFault('   ')).toBe('empty');
  expect(nameFault('👨‍👩‍👧‍👦'.repeat(10))).toBeNull();
  expect(nameFault('明'.repeat(25))).toBe('long');
});

test('characters that turn or hide text are refused', () => {
  expect(nameFault('a\u202eb')).toBe('forbidden');
  expect(nameFault('a\u200bb')).toBe('forbidden');
});
