import type { Engine, Happening } from '../engine/engine';
import type { Answer, Command, Fault, Picture, Problem } from '../engine/types';

/** What a question is answered with: an answer, why it was refused, or nothing yet. */
type Reply = Answer | Problem | null;

/** An engine without a server: it plays what a scene or a test tells it, and keeps what it heard. */
export class Scripted implements Engine {
  readonly can = { direct: false };
  /** Everything it was told or asked, in order. */
  readonly heard: Command[] = [];
  readonly offered: Picture[] = [];
  readonly #replies = new Map<Command['do'], Reply>();
  #on: (event: Happening, bytes?: Uint8Array) => void = () => undefined;

  listen(on: (event: Happening, bytes?: Uint8Array) => void): void {
    this.#on = on;
  }

  ask(command: Command): Promise<Answer> {
    this.heard.push(command);
    const reply = this.#replies.get(command.do);
    if (reply === null) return new Promise(() => undefined);
    if (!reply) return Promise.resolve({ answer: 'done' });
    return 'error' in reply ? Promise.reject(reply) : Promise.resolve(reply);
  }

  tell(command: Command): void {
    this.heard.push(command);
  }

  offer(picture: Picture): Promise<void> {
    this.offered.push(picture);
    return Promise.resolve();
  }

  now(): number {
    return performance.now();
  }

  /** Lets events happen. */
  play(...events: Happening[]): void {
    for (const event of events) this.#on(event);
  }

  /** Lets a picture open. */
  open(id: string, bytes: Uint8Array): void {
    this.#on({ event: 'picture-opened', id }, bytes);
  }

  /** Answers a question so from now on. */
  reply(to: Command['do'], reply: Reply): void {
    this.#replies.set(to, reply);
  }

  /** Refuses a question from now on. */
  refuse(to: Command['do'], error: Fault, more: Partial<Problem> = {}): void {
    this.#replies.set(to, { error, message: '', ...more });
  }

  /** Leaves questions without an answer from now on. */
  hold(...questions: Command['do'][]): void {
    for (const question of questions) this.#replies.set(question, null);
  }

  /** The commands of one kind that it heard. */
  all(kind: Command['do']): Command[] {
    return this.heard.filter((command) => command.do === kind);
  }
}
