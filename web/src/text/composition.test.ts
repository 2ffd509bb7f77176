import { expect, test } from 'vitest';
import { Composition } from './composition';

const enter = { isComposing: false, keyCode: 13 };

test('a key during composition is the input method’s', () => {
  const c = new Composition();
  c.start();
  expect(c.owns(enter, 0)).toBe(true);
});

test('isComposing or code 229 alone suffice', () => {
  const c = new Composition();
  expect(c.owns({ isComposing: true, keyCode: 13 }, 0)).toBe(true);
  expect(c.owns({ isComposing: false, keyCode: 229 }, 0)).toBe(true);
  expect(c.owns(enter, 0)).toBe(false);
});

test('Safari: the key that ended the composition comes after its end', () => {
  const c = new Composition();
  c.start();
  c.end(1000);
  expect(c.owns(enter, 1001)).toBe(true);
  expect(c.owns(enter, 1200)).toBe(false);
});
