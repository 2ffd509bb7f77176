import { expect, test } from 'vitest';
import { strength } from './strength';

test('what everybody tries first is easily guessed', () => {
  for (const bad of ['12345678', 'password1', 'aaaaaaaaaa', 'qwertyuiop']) {
    expect(strength(bad)).toBe(0);
  }
});

test('length makes strength, without any rule of composition', () => {
  expect(strength('the tide turns at nine')).toBe(3);
  expect(strength('海上生明月天涯共此时')).toBe(3);
  expect(strength('kx7gq2mw')).toBeLessThan(3);
});
