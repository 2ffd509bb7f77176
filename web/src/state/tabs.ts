/** What tabs of one browser say to each other. No content, no names. */
type Word = 'where' | 'here' | 'show';

/** Lets a second tab find the one that talks. */
export class Tabs {
  #channel: BroadcastChannel | null = null;
  #talks: () => boolean;
  #onShow: () => void;
  #onFound: (() => void) | null = null;

  constructor(talks: () => boolean, onShow: () => void) {
    this.#talks = talks;
    this.#onShow = onShow;
    if (typeof BroadcastChannel === 'undefined') return;
    this.#channel = new BroadcastChannel('floater');
    this.#channel.onmessage = (message: MessageEvent<Word>) => this.#handle(message.data);
  }

  /** Asks where the conversation is; `found` is called if a tab of this browser has it. */
  seek(found: () => void): void {
    this.#onFound = found;
    this.#say('where');
  }

  /** Asks the tab that talks to draw attention to itself. */
  show(): void {
    this.#say('show');
  }

  close(): void {
    this.#channel?.close();
  }

  #handle(word: Word): void {
    if (word === 'here') this.#onFound?.();
    else if (!this.#talks()) return;
    else if (word === 'where') this.#say('here');
    else this.#onShow();
  }

  #say(word: Word): void {
    this.#channel?.postMessage(word);
  }
}
