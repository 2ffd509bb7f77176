/** Marks the entry that stands before the conversation in the history. */
const MARK = 'floater.guard';

/**
 * Back is heard first: as long as something is guarded, an entry of its own stands in the history,
 * so that Back comes to this page again and not to the one before.
 */
export class BackGuard {
  #up = false;
  /** On its way back by itself: nobody is asked then. */
  #falling = false;
  readonly #ask: () => void;

  constructor(ask: () => void) {
    this.#ask = ask;
  }

  /** Hears Back until the function that it returns is called. */
  watch(): () => void {
    const popped = () => this.#handlePopped();
    addEventListener('popstate', popped);
    this.#settle();
    return () => removeEventListener('popstate', popped);
  }

  /** Guards from now on, or no more: then the entry goes, and Back leads where it led before. */
  set(up: boolean): void {
    this.#up = up;
    this.#settle();
  }

  #handlePopped(): void {
    const asked = !this.#falling;
    this.#falling = false;
    if (this.#up && asked && !stands()) this.#ask();
    this.#settle();
  }

  #settle(): void {
    if (this.#falling || this.#up === stands()) return;
    if (this.#up) {
      history.pushState(MARK, '');
    } else {
      // Also what a reload or Forward brought here.
      this.#falling = true;
      history.back();
    }
  }
}

function stands(): boolean {
  return history.state === MARK;
}
