/** What a link tells. After `over` it says nothing more. */
export interface Hearer {
  opened(): void;
  bytes(bytes: Uint8Array): void;
  room(bytes: number): void;
  over(wasOpen: boolean): void;
}

/** A writer puts at most so many bytes into a frame. FLOATER/1.0 §2.3 */
const FRAME = 16 * 1024;
/** The socket is kept at most so full with pieces of pictures, so that a line waits for little. */
const FULL = 64 * 1024;
/** More than this waits only where the line is much slower than what goes out: it counts as lost. */
const WAITING_MAX = 1024 * 1024;
/** How often a full socket is looked at, in milliseconds: it tells nothing by itself. */
const LOOK = 8;

/** One WebSocket to the server: a stream of bytes in both directions. */
export class Link {
  #socket: WebSocket;
  #hearer: Hearer | null;
  #look: ReturnType<typeof setTimeout> | undefined;

  constructor(hearer: Hearer) {
    const address = new URL('/ws', self.location.href);
    address.protocol = address.protocol.replace('http', 'ws');
    this.#hearer = hearer;
    this.#socket = new WebSocket(address, 'floater.1');
    this.#socket.binaryType = 'arraybuffer';
    let wasOpen = false;
    this.#socket.onopen = () => {
      wasOpen = true;
      this.#hearer?.opened();
      this.#hearer?.room(FULL);
    };
    this.#socket.onmessage = (message: MessageEvent<ArrayBuffer>) => {
      this.#hearer?.bytes(new Uint8Array(message.data));
    };
    this.#socket.onclose = () => {
      const last = this.#hearer;
      this.#quiet();
      last?.over(wasOpen);
    };
  }

  send(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    for (let at = 0; at < bytes.length; at += FRAME) {
      this.#socket.send(bytes.subarray(at, at + FRAME));
    }
    if (this.#socket.bufferedAmount > WAITING_MAX) return this.#giveUp();
    this.#look ??= setTimeout(() => this.#tellRoom(), LOOK);
  }

  /** Only a page that goes away may close with 1001; who wants the seat held says 4000. */
  close(goodbye: boolean): void {
    this.#quiet();
    this.#socket.close(goodbye ? 1000 : 4000);
  }

  /** Whoever sends is in the middle of something, and hears of it when that is done. */
  #giveUp(): void {
    this.#socket.close(4000);
    queueMicrotask(() => {
      const last = this.#hearer;
      this.#quiet();
      last?.over(true);
    });
  }

  #tellRoom(): void {
    this.#look = undefined;
    const room = FULL - this.#socket.bufferedAmount;
    if (room >= FULL / 2) this.#hearer?.room(room);
    else if (this.#hearer) this.#look = setTimeout(() => this.#tellRoom(), LOOK);
  }

  #quiet(): void {
    this.#hearer = null;
    clearTimeout(this.#look);
    this.#look = undefined;
  }
}
