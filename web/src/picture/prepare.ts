import type { PictureKind } from '../engine/types';
import { blurOf } from './blur';
import { moves, sourceOf, type Source } from './kind';

/** Of what is sent, in pixels and bytes. FLOATER/1.0 §1: limits. */
const SIDE_MAX = 4096;
const SIZE_MAX = 8 * 1024 * 1024;
/** A PNG without holes that is larger than this is a photograph: JPEG serves it better. */
const PNG_WORTH = 1024 * 1024;

/** Why a file cannot be sent. */
export type PictureFault = 'kind' | 'broken' | 'large';

/** A picture ready to send: turned, scaled, re-encoded, without whatever else the file told. */
export interface Prepared {
  kind: PictureKind;
  width: number;
  height: number;
  thumbhash: string;
  still: boolean;
  bytes: Uint8Array<ArrayBuffer>;
}

/** Thrown by {@link prepare}. */
export class PictureError extends Error {
  readonly fault: PictureFault;
  constructor(fault: PictureFault) {
    super(fault);
    this.fault = fault;
  }
}

/** Makes a picture of a file. Throws {@link PictureError}. */
export async function prepare(file: Blob): Promise<Prepared> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const source = sourceOf(bytes);
  if (!source) throw new PictureError('kind');
  const bitmap = await decode(new Blob([bytes], { type: source }));
  try {
    return await encode(bitmap, source, moves(bytes, source));
  } finally {
    bitmap.close();
  }
}

async function decode(blob: Blob): Promise<ImageBitmap> {
  try {
    // Turns the picture as EXIF says; of what moves it takes the first frame.
    return await createImageBitmap(blob, { imageOrientation: 'from-image' });
  } catch {
    throw new PictureError('broken');
  }
}

async function encode(bitmap: ImageBitmap, source: Source, still: boolean): Promise<Prepared> {
  let scale = Math.min(1, SIDE_MAX / Math.max(bitmap.width, bitmap.height));
  // Each round is half the pixels: a picture that will not fit after four is noise.
  for (let round = 0; round < 4; round += 1, scale *= Math.SQRT1_2) {
    const canvas = draw(bitmap, scale);
    const blob = await smallest(canvas, source);
    if (!blob) continue;
    const { width, height } = canvas;
    const thumbhash = blurOf(canvas, width, height);
    const bytes = new Uint8Array(await blob.arrayBuffer());
    return { kind: blob.type as PictureKind, width, height, thumbhash, still, bytes };
  }
  throw new PictureError('large');
}

function draw(bitmap: ImageBitmap, scale: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const drawing = canvas.getContext('2d');
  if (!drawing) throw new PictureError('broken');
  drawing.imageSmoothingQuality = 'high';
  drawing.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** PNG for what has holes and for small drawings, else JPEG; `null` if it is too large. */
async function smallest(canvas: HTMLCanvasElement, source: Source): Promise<Blob | null> {
  if (source !== 'image/jpeg') {
    const png = await toBlob(canvas, 'image/png', 1);
    const holes = hasHoles(canvas);
    if (png && (holes || png.size <= PNG_WORTH)) return png.size <= SIZE_MAX ? png : null;
  }
  for (const quality of [0.85, 0.75]) {
    const jpeg = await toBlob(canvas, 'image/jpeg', quality);
    if (jpeg && jpeg.size <= SIZE_MAX) return jpeg;
  }
  return null;
}

function toBlob(canvas: HTMLCanvasElement, type: PictureKind, quality: number): Promise<Blob | null> {
  return new Promise((resolve) => {
    // A browser that cannot write a type writes PNG instead, and says so in the blob's type.
    canvas.toBlob((blob) => resolve(blob?.type === type ? blob : null), type, quality);
  });
}

/** Whether anything shines through, seen on a small copy. */
function hasHoles(canvas: HTMLCanvasElement): boolean {
  const small = document.createElement('canvas');
  small.width = Math.min(256, canvas.width);
  small.height = Math.min(256, canvas.height);
  const drawing = small.getContext('2d', { willReadFrequently: true });
  if (!drawing) return false;
  drawing.drawImage(canvas, 0, 0, small.width, small.height);
  const { data } = drawing.getImageData(0, 0, small.width, small.height);
  for (let at = 3; at < data.length; at += 4) if ((data[at] ?? 255) < 250) return true;
  return false;
}
