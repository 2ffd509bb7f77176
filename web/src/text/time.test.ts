import { expect, test } from 'vitest';
import { en } from '../i18n/en';
import { zh } from '../i18n/zh-CN';
import { bytes, clock, relative, span } from './time';

test('a clock counts minutes and seconds, rounds up and stops at zero', () => {
  expect(clock(102_000)).toBe('1:42');
  expect(clock(59_001)).toBe('1:00');
  expect(clock(-5)).toBe('0:00');
});

test('a span is words of the language', () => {
  expect(span(30_000, zh)).toBe('30 秒');
  expect(span(1000, en)).toBe('1 second');
  expect(span(600_000, en)).toBe('10 minutes');
});

test('a moment is relative within the hour', () => {
  const now = Date.UTC(2026, 0, 2, 12);
  expect(relative(now - 20_000, now, zh, 'zh-CN')).toBe('刚刚');
  expect(relative(now - 5 * 60_000, now, zh, 'zh-CN')).toBe('5 分钟前');
  expect(relative(now - 3 * 86_400_000, now, en, 'en')).toContain('2025');
});

test('sizes are read at a glance', () => {
  expect([bytes(12), bytes(34_567), bytes(3_210_000)]).toEqual(['12 B', '35 KB', '3.2 MB']);
});
