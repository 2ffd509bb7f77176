import type { PictureOffer } from '../engine/types';
import { blurOf } from '../picture/blur';

/** A picture that a scene shows, drawn here: the gallery carries no files. */
export interface Painted {
  offer: PictureOffer;
  bytes: Uint8Array<ArrayBuffer>;
}

/** Paints evening water under a moon. */
export async function paint(id: string, width = 960, height = 640): Promise<Painted> {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const drawing = canvas.getContext('2d');
  if (!drawing) throw new Error('this browser does not draw');
  const sky = drawing.createLinearGradient(0, 0, 0, height);
  sky.addColorStop(0, '#20405c');
  sky.addColorStop(0.55, '#d9977a');
  sky.addColorStop(0.56, '#2c5d66');
  sky.addColorStop(1, '#0d2a33');
  drawing.fillStyle = sky;
  drawing.fillRect(0, 0, width, height);
  drawing.fillStyle = '#f6e3c4';
  drawing.beginPath();
  drawing.arc(width * 0.68, height * 0.3, height * 0.08, 0, Math.PI * 2);
  drawing.fill();
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', 0.85));
  const bytes = new Uint8Array((await blob?.arrayBuffer()) ?? new ArrayBuffer(0));
  const thumbhash = blurOf(canvas, width, height);
  const sha256 = 'A'.repeat(43);
  const offer: PictureOffer = {
    id, kind: 'image/jpeg', size: bytes.length, width, height, sha256, thumbhash, still: false,
  };
  return { offer, bytes };
}
