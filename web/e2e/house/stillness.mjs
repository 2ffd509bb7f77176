// Whether the machine stands still, or whatever else runs on it leaves this process no time.

/** Between two looks, in milliseconds. */
const LOOK_EVERY = 10;
/** Who stood still for so many milliseconds was late with whatever was due. */
const STILL = 100;

/** Looks until its end. */
export class Stillness {
  #longest = 0;

  #last = performance.now();

  #looks = setInterval(() => this.#look(), LOOK_EVERY);

  #look() {
    const now = performance.now();
    this.#longest = Math.max(this.#longest, now - this.#last - LOOK_EVERY);
    this.#last = now;
  }

  /** What was until now is not asked about. */
  begin() {
    this.#look();
    this.#longest = 0;
  }

  stoodStill() {
    this.#look();
    return this.#longest >= STILL;
  }

  end() {
    clearInterval(this.#looks);
  }
}
