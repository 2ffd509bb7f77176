import { expect, test } from 'vitest';
import { zh } from '../i18n/zh-CN';
import { passwordWrong } from './password';

test('a password counts composed: 8 to 128 characters', () => {
  expect(passwordWrong('e\u0301'.repeat(128), zh.door)).toBeNull();
  expect(passwordWrong('e\u0301'.repeat(129), zh.door)).toBe(zh.door.passwordLong);
  expect(passwordWrong('e\u0301'.repeat(4), zh.door)).toBe(zh.door.passwordShort(4));
});
