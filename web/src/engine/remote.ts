import type { Engine, Happening } from './engine';
import type { ToEngine, ToPage } from './messages';
import type { Answer, Command, Picture, Problem } from './types';

interface Waiting {
  answered(answer: Answer): void;
  refused(problem: Problem): void;
}

/** How an engine is reached that does not live in this page. What it says goes to `hear`. */
export interface Carrier {
  say(message: ToEngine): void;
  now(): number;
  readonly can: Engine['can'];
}

/** An engine behind a carrier: keeps who waits for what, and events that came early. */
export class RemoteEngine implements Engine {
  #carrier: Carrier;
  #on: ((event: Happening, bytes?: Uint8Array) => void) | null = null;
  #early: [Happening, Uint8Array | undefined][] = [];
  #waiting = new Map<number, Waiting>();
  #offers = new Map<number, Waiting>();
  /** 0 is for commands that are not answered. */
  #tag = 0;

  constructor(carrier: Carrier) {
    this.#carrier = carrier;
  }

  get can(): Engine['can'] {
    return this.#carrier.can;
  }

  listen(on: (event: Happening, bytes?: Uint8Array) => void): void {
    this.#on = on;
    for (const [event, bytes] of this.#early.splice(0)) on(event, bytes);
  }

  ask(command: Command): Promise<Answer> {
    const tag = ++this.#tag;
    return new Promise((answered, refused: (problem: Problem) => void) => {
      this.#waiting.set(tag, { answered, refused });
      this.#carrier.say({ say: 'command', tag, command });
    });
  }

  tell(command: Command): void {
    this.#carrier.say({ say: 'command', tag: 0, command });
  }

  async offer(picture: Picture, bytes: Uint8Array): Promise<void> {
    const tag = ++this.#tag;
    await new Promise((answered, refused: (problem: Problem) => void) => {
      this.#offers.set(tag, { answered, refused });
      this.#carrier.say({ say: 'offer', tag, picture, bytes });
    });
  }

  now(): number {
    return this.#carrier.now();
  }

  /** What the engine says. */
  hear(message: ToPage): void {
    switch (message.say) {
      case 'ready':
        return;
      case 'event':
        return this.#show(message.event, message.bytes);
      case 'trouble':
        return this.#show({ event: 'trouble', trouble: message.trouble }, undefined);
      case 'taken':
        return this.#take(this.#offers, message.tag)?.answered({ answer: 'done' });
      case 'misuse':
        return this.#misused(message.tag, message.message);
      case 'failed':
        throw new Error(message.message);
    }
  }

  #show(event: Happening, bytes: Uint8Array | undefined): void {
    if (event.event === 'answered') this.#take(this.#waiting, event.tag)?.answered(event.answer);
    else if (event.event === 'refused') {
      this.#take(this.#waiting, event.tag)?.refused(event.problem);
    } else if (this.#on) this.#on(event, bytes);
    else this.#early.push([event, bytes]);
  }

  #misused(tag: number, message: string): void {
    const waiting = this.#take(this.#offers, tag) ?? this.#take(this.#waiting, tag);
    waiting?.refused({ error: 'internal', message });
  }

  #take(from: Map<number, Waiting>, tag: number): Waiting | undefined {
    const waiting = from.get(tag);
    from.delete(tag);
    return waiting;
  }
}
