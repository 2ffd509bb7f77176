import { expect, test } from 'vitest';
import { zh } from '../i18n/zh-CN';
import { usernameWrong } from './username';

const wrong = (name: string) => usernameWrong(name, zh.door);

test('1 to 24 characters as people count them', () => {
  expect(wrong(' 小明 ')).toBeNull();
  expect(wrong('   ')).toBe(zh.door.usernameEmpty);
  expect(wrong('👨‍👩‍👧‍👦'.repeat(10))).toBeNull();
  expect(wrong('明'.repeat(25))).toBe(zh.door.usernameLong);
});

test('characters that turn or hide text are refused', () => {
  expect(wrong('a\u202eb')).toBe(zh.door.usernameForbidden);
  expect(wrong('a\u200bb')).toBe(zh.door.usernameForbidden);
});

test('characters that mean nothing are refused', () => {
  for (const c of ['\ufdd0', '\ufffe', '\u{10ffff}', '\u0378', '\ue000']) {
    expect(wrong(`a${c}`)).toBe(zh.door.usernameForbidden);
  }
});

test('at most four marks stand on one letter, after composing', () => {
  expect(wrong(`q${'\u0307'.repeat(4)}`)).toBeNull();
  expect(wrong(`e\u0301${'\u0307'.repeat(4)}`)).toBeNull();
  expect(wrong('1\ufe0f\u20e32\ufe0f\u20e3')).toBeNull();
  expect(wrong(`q${'\u0307'.repeat(5)}`)).toBe(zh.door.usernameForbidden);
  expect(wrong('q\u0307\u0307\u200d\u0307\u0307\u0307')).toBe(zh.door.usernameForbidden);
});
