/** What a key event says about an input method. */
interface Key {
  isComposing: boolean;
  keyCode: number;
}

/**
 * Tells whether a key belongs to an input method, so that nothing of ours may fire.
 * Safari sends `compositionend` before the key that ended it: that key still has code 229, and a
 * key within the same turn is taken as the method's as well.
 */
export class Composition {
  #on = false;
  #endedAt = Number.NEGATIVE_INFINITY;

  /** A `compositionstart` came. */
  start(): void {
    this.#on = true;
  }

  /** A `compositionend` came at `now` (milliseconds, an event's `timeStamp`). */
  end(now: number): void {
    this.#on = false;
    this.#endedAt = now;
  }

  /** Whether a key at `now` is the input method's. */
  owns(key: Key, now: number): boolean {
    return this.#on || key.isComposing || key.keyCode === 229 || now - this.#endedAt < 20;
  }
}
