import { expect, test } from 'vitest';
import { pieces } from './links';

test('an address is cut out of Chinese text, its full stop is not part of it', () => {
  expect(pieces('看 https://example.org/a?b=1。好吗')).toEqual([
    { text: '看 ' },
    { text: 'https://example.org/a?b=1', href: 'https://example.org/a?b=1' },
    { text: '。好吗' },
  ]);
});

test('a disguised host is shown as the browser reads it', () => {
  expect(pieces('https://аpple.com')[0]?.href).toBe('https://xn--pple-43d.com/');
});

test('javascript, data and file never become links', () => {
  for (const bad of ['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd']) {
    expect(pieces(bad)).toEqual([{ text: bad }]);
  }
});

test('text without an address is one piece, empty text none', () => {
  expect(pieces('你好')).toEqual([{ text: '你好' }]);
  expect(pieces('')).toEqual([]);
});
