// The network between one browser and floaterd: it can be cut.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** A port of its own that leads to floaterd, as long as it is not cut. */
export class Wire {
  #server;
  #pairs = new Set();
  #whole = true;
  #stall = null;

  static async lay(to) {
    const wire = new Wire();
    wire.#server = createServer((near) => wire.#join(near, to)).listen(0, '127.0.0.1');
    await once(wire.#server, 'listening');
    return wire;
  }

  get origin() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  #join(near, to) {
    if (!this.#whole) return near.destroy();
    const far = connect(to, '127.0.0.1');
    const pair = [near, far];
    this.#pairs.add(pair);
    near.on('data', (bytes) => this.#carry(near, far, bytes));
    far.pipe(near);
    far.on('drain', () => near.resume());
    for (const [one, other] of [[near, far], [far, near]]) {
      one.setNoDelay(true);
      one.on('error', () => undefined);
      one.on('end', () => other.end());
      one.on('close', () => {
        other.destroy();
        this.#pairs.delete(pair);
      });
    }
  }

  #carry(near, far, bytes) {
    if (this.#stall && (this.#stall.left -= bytes.length) <= 0) {
      near.pause();
      this.#stall.stalled();
      this.#stall = null;
    } else if (!far.write(bytes)) near.pause();
  }

  /**
   * After so many more bytes of the browser nothing of that connection gets through any more. Says
   * when it has come to that.
   */
  stallAfter(bytes) {
    return new Promise((stalled) => { this.#stall = { left: bytes, stalled }; });
  }

  /** Every connection breaks; new ones get nowhere until `mend`. */
  cut() {
    this.#whole = false;
    this.flick();
  }

  mend() {
    this.#whole = true;
  }

  /** Every connection breaks; new ones work. */
  flick() {
    for (const [near, far] of this.#pairs) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
  }

  async close() {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
