import type { Engine } from '../engine/engine';
import type { Answer, Command } from '../engine/types';
import { Request } from './request.svelte';

/** What the server keeps, as it was when it was last asked. */
export class Fetched<T> {
  /** `null` until the first answer. What was there stays while it is asked again. */
  value = $state.raw<T | null>(null);
  readonly request: Request;
  readonly #command: Command;
  readonly #read: (answer: Answer) => T | null;

  /** `read` takes what it wants out of the answer. */
  constructor(engine: Engine, command: Command, read: (answer: Answer) => T | null) {
    this.request = new Request(engine);
    this.#command = command;
    this.#read = read;
  }

  async load(): Promise<void> {
    const answer = await this.request.ask(this.#command);
    if (answer) this.value = this.#read(answer);
  }
}
