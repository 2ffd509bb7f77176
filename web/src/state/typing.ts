/** Who has not touched a key for so long does not type any more, in milliseconds. */
const IDLE = 5000;

/** Tells that one types, and that one has stopped. */
export class Typing {
  #on = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #tell: (typing: boolean) => void;

  constructor(tell: (typing: boolean) => void) {
    this.#tell = tell;
  }

  /** A key was pressed; `something` tells whether any words stand there. */
  typed(something: boolean): void {
    clearTimeout(this.#timer);
    if (something) this.#timer = setTimeout(() => this.#set(false), IDLE);
    this.#set(something);
  }

  /** Ends without a word. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  #set(on: boolean): void {
    if (on === this.#on) return;
    this.#on = on;
    this.#tell(on);
  }
}
