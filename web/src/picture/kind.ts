/** What a file is, by its first bytes: never by its name. SVG and all else are nothing. */
export type Source = 'image/png' | 'image/jpeg' | 'image/webp' | 'image/gif';

/** Tells by the magic bytes. */
export function sourceOf(bytes: Uint8Array): Source | null {
  if (startsWith(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'image/png';
  if (startsWith(bytes, [0xff, 0xd8, 0xff])) return 'image/jpeg';
  if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP') return 'image/webp';
  if (/^GIF8[79]a$/u.test(ascii(bytes, 0, 6))) return 'image/gif';
  return null;
}

/** Whether the original moves, so that only its first frame is sent. */
export function moves(bytes: Uint8Array, source: Source): boolean {
  switch (source) {
    case 'image/gif': return true;
    // The animation bit of the extended header.
    case 'image/webp': return ascii(bytes, 12, 16) === 'VP8X' && ((bytes[20] ?? 0) & 2) !== 0;
    // An animated PNG says so before its image data.
    case 'image/png': return /acTL/u.test(ascii(bytes, 8, Math.min(bytes.length, 4096)).split('IDAT')[0] ?? '');
    case 'image/jpeg': return false;
  }
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, at) => bytes[at] === byte);
}

function ascii(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to));
}
