// A JSON head and bytes in one body: `desktop/src/frame.rs` is the other side.

/** Bytes of the length of the head, big-endian. */
const LENGTH = 4;

/** Head and bytes as one. */
export function join(head: unknown, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify(head));
  const frame = new Uint8Array(LENGTH + text.length + bytes.length);
  new DataView(frame.buffer).setUint32(0, text.length);
  frame.set(text, LENGTH);
  frame.set(bytes, LENGTH + text.length);
  return frame;
}

/** The head, and the bytes that follow it. */
export function split(frame: ArrayBuffer): [unknown, Uint8Array] {
  const end = LENGTH + new DataView(frame).getUint32(0);
  const head = new TextDecoder().decode(new Uint8Array(frame, LENGTH, end - LENGTH));
  return [JSON.parse(head), new Uint8Array(frame, end)];
}
