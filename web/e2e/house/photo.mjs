// A photograph as a telephone makes it: large, lying on its side, telling where it was taken.
import assert from 'node:assert/strict';

const ORIENTATION_TURN_RIGHT = 6;
/** What no picture that is sent may still hold. */
export const SECRET_PLACE = 'FLOATER-GPS-CANARY';

/** Draws a picture in `page` and gives it EXIF: its JPEG has at least 3 MB. */
export async function photograph(page) {
  const base64 = await page.evaluate(draw);
  const plain = Buffer.from(base64, 'base64');
  const photo = Buffer.concat([plain.subarray(0, 2), exif(), plain.subarray(2)]);
  assert.ok(photo.length >= 3 * 1024 * 1024, `the photograph has only ${photo.length} bytes`);
  return photo;
}

// Runs in the page: waves of colour, a bright corner at the top left, and some grain.
async function draw() {
  const [width, height] = [4800, 3200];
  const canvas = new OffscreenCanvas(width, height);
  const drawing = canvas.getContext('2d');
  const image = drawing.createImageData(width, height);
  let grain = 1;
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += 4) {
      grain = (Math.imul(grain, 1664525) + 1013904223) | 0;
      const noise = (grain >>> 24) / 24;
      image.data[at] = 120 + 70 * Math.sin(x / 311) + noise;
      image.data[at + 1] = 110 + 60 * Math.sin(y / 233) + noise;
      image.data[at + 2] = 130 + 50 * Math.sin((x + y) / 401) + noise;
      image.data[at + 3] = 255;
    }
  }
  drawing.putImageData(image, 0, 0);
  drawing.fillStyle = '#ffe070';
  drawing.fillRect(0, 0, 900, 500);
  drawing.fillStyle = '#102030';
  drawing.fillRect(3900, 2700, 900, 500);
  const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.95 });
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return btoa(text);
}

/** APP1 with Orientation 6, a place (GPS) and a text: TIFF, big-endian. */
function exif() {
  const place = Buffer.from(`${SECRET_PLACE}\0`, 'latin1');
  const ifd0 = 8;
  const gps = ifd0 + 2 + 3 * 12 + 4;
  const data = gps + 2 + 4 * 12 + 4;
  const latitude = data;
  const longitude = latitude + 24;
  const text = longitude + 24;
  const tiff = Buffer.alloc(text + place.length);
  tiff.write('MM', 0, 'latin1');
  tiff.writeUInt16BE(42, 2);
  tiff.writeUInt32BE(ifd0, 4);
  directory(tiff, ifd0, [
    [0x010e, 2, place.length, text],
    [0x0112, 3, 1, ORIENTATION_TURN_RIGHT << 16],
    [0x8825, 4, 1, gps],
  ]);
  directory(tiff, gps, [
    [1, 2, 2, 0x4e000000],
    [2, 5, 3, latitude],
    [3, 2, 2, 0x45000000],
    [4, 5, 3, longitude],
  ]);
  degrees(tiff, latitude, [31, 14, 23]);
  degrees(tiff, longitude, [121, 29, 44]);
  place.copy(tiff, text);
  const body = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff]);
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
}

function directory(tiff, at, entries) {
  tiff.writeUInt16BE(entries.length, at);
  entries.forEach(([tag, type, count, value], index) => {
    const entry = at + 2 + index * 12;
    tiff.writeUInt16BE(tag, entry);
    tiff.writeUInt16BE(type, entry + 2);
    tiff.writeUInt32BE(count, entry + 4);
    tiff.writeUInt32BE(value, entry + 8);
  });
}

function degrees(tiff, at, parts) {
  parts.forEach((part, index) => {
    tiff.writeUInt32BE(part, at + index * 8);
    tiff.writeUInt32BE(1, at + index * 8 + 4);
  });
}

/** Whether bytes hold a segment of EXIF or the place. */
export function tellsPlace(bytes) {
  return bytes.includes('Exif\0', 0, 'latin1') || bytes.includes(SECRET_PLACE, 0, 'latin1');
}

/** How near what arrived is to the original, turned upright and scaled: decibels (PSNR). */
export function nearness(page, original, arrived) {
  return page.evaluate(compare, [original.toString('base64'), arrived.toString('base64')]);
}

// Runs in the page.
async function compare([original, arrived]) {
  const decode = (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    return createImageBitmap(new Blob([bytes]), { imageOrientation: 'from-image' });
  };
  const [one, other] = await Promise.all([decode(original), decode(arrived)]);
  const { width, height } = other;
  const pixels = (bitmap) => {
    const drawing = new OffscreenCanvas(width, height).getContext('2d');
    drawing.imageSmoothingQuality = 'high';
    drawing.drawImage(bitmap, 0, 0, width, height);
    return drawing.getImageData(0, 0, width, height).data;
  };
  const [from, to] = [pixels(one), pixels(other)];
  let sum = 0;
  for (let at = 0; at < from.length; at += 1) sum += (from[at] - to[at]) ** 2;
  const mean = sum / ((from.length / 4) * 3);
  return { width, height, turned: one.width < one.height, psnr: 10 * Math.log10(255 ** 2 / mean) };
}
