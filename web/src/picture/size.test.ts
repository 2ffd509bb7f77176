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

test('WebP has three forms', () => {
  const riff = '52494646000000005745425056503858';
  expect(sizeOf(hex(`${riff}0a00000000000000ff0000ff0100`))).toEqual([256, 512]);
  const lossy = `524946460000000057454250565038200000000000000${'0'}9d012a40010001`;
  expect(sizeOf(hex(lossy.replace('0000000000009d', '000000000000009d')))?.length).toBe(2);
});

test('p31_a picture that would unfold to gigabytes is not decoded', () => {
  expect(isHarmless(png('0000ffff', '0000ffff'))).toBe(false);
  expect(isHarmless(png('00001000', '00001000'))).toBe(true);
  expect(isHarmless(png('00000000', '00000010'))).toBe(false);
  expect(isHarmless(hex('ffd8ffc0'))).toBe(false);
  expect(isHarmless(hex('3c737667'))).toBe(false);
});
