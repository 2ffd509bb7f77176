import { rgbaToThumbHash, thumbHashToRGBA } from 'thumbhash';
import { fromBase64url, toBase64url } from './base64url';

/** A side of the pixels that a ThumbHash is made of; it takes no more than 100. */
const SIDE = 100;

/** The ThumbHash of a picture, as base64url of at most 25 bytes. */
export function blurOf(picture: CanvasImageSource, width: number, height: number): string {
  const scale = Math.min(1, SIDE / Math.max(width, height));
  const w = Math.max(1, Math.round(width * scale));
  const h = Math.max(1, Math.round(height * scale));
  const canvas = document.createElement('canvas');
  canvas.width = w;
  canvas.height = h;
  const drawing = canvas.getContext('2d', { willReadFrequently: true });
  if (!drawing) return '';
  drawing.drawImage(picture, 0, 0, w, h);
  return toBase64url(rgbaToThumbHash(w, h, drawing.getImageData(0, 0, w, h).data));
}

/** Draws a ThumbHash. Whatever the other side sent: what is no ThumbHash draws nothing. */
export function drawBlur(canvas: HTMLCanvasElement, thumbhash: string): void {
  const hash = fromBase64url(thumbhash);
  if (!hash || hash.length < 5 || hash.length > 25) return;
  try {
    const { w, h, rgba } = thumbHashToRGBA(hash);
    canvas.width = w;
    canvas.height = h;
    canvas.getContext('2d')?.putImageData(new ImageData(new Uint8ClampedArray(rgba), w, h), 0, 0);
  } catch {
    // A hash that lies about its length: the empty frame stays.
  }
}
