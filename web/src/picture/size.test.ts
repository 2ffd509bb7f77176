import { expect, test } from 'vitest';
import { isHarmless, sizeOf } from './size';

const hex = (text: string) =>
  Uint8Array.from(text.match(/../gu) ?? [], (byte) => Number.parseInt(byte, 16));

const png = (w: string, h: string) => hex(`89504e470d0a1a0a0000000d49484452${w}${h}`);

test('a PNG says its size at once', () => {
  expect(sizeOf(png('00000280', '000001e0'))).toEqual([640, 480]);
});

test('a JPEG says it in its frame, after other segments', () => {
  expect(sizeOf(hex('ffd8ffe00004aaaaffc0000b080100020003'))).toEqual([512, 256]);
});

const webp = (chunk: string) => hex(`524946460000000057454250${chunk}`);
const extended = (w: string, h: string) => webp(`565038580a00000000000000${w}${h}`);

test('WebP has three forms', () => {
  expect(sizeOf(extended('ff0000', 'ff0100'))).toEqual([256, 512]);
  expect(sizeOf(webp('56503820000000000000009d012a4001f000'))).toEqual([320, 240]);
  expect(sizeOf(webp('5650384c000000002f3fc13b00'))).toEqual([320, 240]);
});

test('p31_a picture that would unfold to gigabytes is not decoded', () => {
  expect(isHarmless(png('0000ffff', '0000ffff'))).toBe(false);
  expect(isHarmless(hex('ffd8ffc0000b08ffffffff03'))).toBe(false);
  expect(isHarmless(extended('ffff00', 'ffff00'))).toBe(false);
  expect(isHarmless(png('00001000', '00001000'))).toBe(true);
  expect(isHarmless(extended('ff0f00', 'ff0f00'))).toBe(true);
  expect(isHarmless(png('00000000', '00000010'))).toBe(false);
  expect(isHarmless(hex('ffd8ffc0'))).toBe(false);
  expect(isHarmless(hex('3c737667'))).toBe(false);
});
