import { expect, test } from 'vitest';
import { moves, sourceOf } from './kind';

const of = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));

test('pictures are told by their magic bytes', () => {
  expect(sourceOf(of('\x89PNG\r\n\x1a\n...'))).toBe('image/png');
  expect(sourceOf(of('\xff\xd8\xff\xe0'))).toBe('image/jpeg');
  expect(sourceOf(of('RIFF\x01\x02\x03\x04WEBPVP8 '))).toBe('image/webp');
  expect(sourceOf(of('GIF89a'))).toBe('image/gif');
});

test('SVG, HTML, nothing and half a magic are no pictures', () => {
  for (const bad of ['<svg xmlns="http://www.w3.org/2000/svg"/>', '<html>', '', 'GIF8', '\x89PN']) {
    expect(sourceOf(of(bad))).toBeNull();
  }
});

test('what moves is known before its first frame is taken', () => {
  expect(moves(of('GIF89a'), 'image/gif')).toBe(true);
  expect(moves(of('RIFF....WEBPVP8X\x0a\0\0\0\x02'), 'image/webp')).toBe(true);
  expect(moves(of('RIFF....WEBPVP8X\x0a\0\0\0\x00'), 'image/webp')).toBe(false);
  expect(moves(of('\x89PNG\r\n\x1a\n....IHDR....acTL....IDAT'), 'image/png')).toBe(true);
  expect(moves(of('\x89PNG\r\n\x1a\n....IHDR....IDATacTL'), 'image/png')).toBe(false);
});
