import type { Failure } from '../engine/engine';
import type { Host, Saved } from '../engine/host';

/** A program around the page without a system: it says where it is, and refuses what a scene tells it to. */
export class Around implements Host {
  /** Why no other server is chosen. */
  refusal: Failure | null = null;
  #invited: (server: string) => void = () => undefined;

  notify(): Promise<boolean> {
    return Promise.resolve(true);
  }

  attract(): void {
    // Nothing points anywhere here.
  }

  save(): Promise<Saved> {
    return Promise.resolve('there');
  }

  server(): Promise<string | null> {
    return Promise.resolve('floater://sea.example');
  }

  choose(): Promise<void> {
    return this.refusal ? Promise.reject(this.refusal) : Promise.resolve();
  }

  invited(on: (server: string) => void): () => void {
    this.#invited = on;
    return () => undefined;
  }

  /** Somebody opens the link of a server. */
  invite(server: string): void {
    this.#invited(server);
  }
}
