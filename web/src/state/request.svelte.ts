import { asProblem, type Engine } from '../engine/engine';
import type { Answer, Command, Problem } from '../engine/types';

/** One question to the server at a time, with what a form shows of it. */
export class Request {
  busy = $state(false);
  problem = $state.raw<Problem | null>(null);
  /** When `problem` came, for "try again in": Unix milliseconds. */
  at = $state(0);
  #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** The answer, or `null` when it was refused: then {@link problem} says why. */
  async ask(command: Command): Promise<Answer | null> {
    if (this.busy) return null;
    this.busy = true;
    this.problem = null;
    try {
      return await this.#engine.ask(command);
    } catch (thrown) {
      this.problem = asProblem(thrown);
      this.at = Date.now();
      return null;
    } finally {
      this.busy = false;
    }
  }
}
