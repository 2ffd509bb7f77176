import type { Failure } from '../engine/engine';
import type { Host, Kept, Saved, Tray } from '../engine/host';

/** A program around the page without a system: it says where it is, and refuses what a scene tells it to. */
export class Around implements Host {
  /** Why no other server is chosen. */
  refusal: Failure | null = null;
  /** Where the session is kept. */
  session: Kept = 'keyring';
  /** What becomes of an icon that somebody wants. */
  icon: Tray = 'on';
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

  copied(): Promise<File | null> {
    return Promise.resolve(null);
  }

  server(): Promise<string | null> {
    return Promise.resolve('floater://sea.example');
  }

  choose(): Promise<void> {
    return this.refusal ? Promise.reject(this.refusal) : Promise.resolve();
  }

  kept(): Promise<Kept | null> {
    return Promise.resolve(this.session);
  }

  tray(): Promise<Tray | null> {
    return Promise.resolve('off');
  }

  showTray(wanted: unknown): Promise<Tray | null> {
    return Promise.resolve(wanted === null ? 'off' : this.icon);
  }

  closing(): () => void {
    return () => undefined;
  }

  stay(): void {}

  invited(on: (server: string) => void): () => void {
    this.#invited = on;
    return () => undefined;
  }

  /** Somebody opens the link of a server. */
  invite(server: string): void {
    this.#invited(server);
  }
}
