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
