/** Pixels of a picture that is decoded at most. FLOATER/1.0 §1: limits. */
export const PIXELS_MAX = 16_800_000;

/** Width and height. */
export type Size = readonly [number, number];

/**
 * What the bytes themselves say, before anything decodes them: an offer may lie, and a small file
 * may unfold to gigabytes. `null` for what is no PNG, JPEG or WebP.
 */
export function sizeOf(bytes: Uint8Array): Size | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    if (view.getUint32(0) === 0x89504e47) return [view.getUint32(16), view.getUint32(20)];
    if (view.getUint16(0) === 0xffd8) return jpeg(view);
    if (view.getUint32(0) === 0x52494646 && view.getUint32(8) === 0x57454250) return webp(view);
    return null;
  } catch {
    // Shorter than it says.
    return null;
  }
}

/** Whether bytes may be given to the browser's decoder. */
export function isHarmless(bytes: Uint8Array): boolean {
  const size = sizeOf(bytes);
  return size !== null && size[0] > 0 && size[1] > 0 && size[0] * size[1] <= PIXELS_MAX;
}

function jpeg(view: DataView): Size | null {
  let at = 2;
  while (at < view.byteLength) {
    const marker = view.getUint16(at);
    if (marker === 0xffff) {
      at += 1;
      continue;
    }
    // The start of a frame: C0 to CF, except tables (C4), reserved (C8) and conditioning (CC).
    const frame = (marker & 0xfff0) === 0xffc0 && ![0xffc4, 0xffc8, 0xffcc].includes(marker);
    if (frame) return [view.getUint16(at + 7), view.getUint16(at + 5)];
    at += 2 + view.getUint16(at + 2);
  }
  return null;
}

function webp(view: DataView): Size | null {
  switch (view.getUint32(12)) {
    case 0x56503858:
      return [uint24(view, 24) + 1, uint24(view, 27) + 1];
    case 0x56503820:
      return [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff];
    case 0x5650384c: {
      const bits = view.getUint32(21, true);
      return [(bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1];
    }
    default:
      return null;
  }
}

function uint24(view: DataView, at: number): number {
  return view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
}
