import type { Event, Line, Message, MessageRef } from '../engine/types';
import type { Scripted } from './scripted';

/** Who the two of a scene are. */
export const NAMES = { own: '浮舟', peer: '山有木兮', role: 'A' } as const;

/** Writes the lines of a scene, numbered as the engine would. */
export class Script {
  readonly #engine: Scripted;
  readonly #next = { A: 1, B: 1 };

  constructor(engine: Scripted) {
    this.#engine = engine;
  }

  /** Both have greeted. */
  begin(): void {
    this.#engine.play(
      { event: 'link', state: { link: 'up' } },
      { event: 'stage', stage: { at: 'greeting', ...NAMES, until: this.at(-45), metBefore: false } },
      { event: 'stage', stage: { at: 'talk', ...NAMES } },
      { event: 'path', path: { direct: false, policy: 'hidden' } },
    );
  }

  /** One says something `ago` seconds ago. */
  own(text: string, ago: number, quote: MessageRef | null = null): MessageRef {
    return this.#line('A', { kind: 'text', text }, ago, quote);
  }

  peer(text: string, ago: number, quote: MessageRef | null = null): MessageRef {
    return this.#line('B', { kind: 'text', text }, ago, quote);
  }

  show(by: 'A' | 'B', message: Message, ago: number): MessageRef {
    return this.#line(by, message, ago, null);
  }

  tick(of: MessageRef, tick: Extract<Event, { event: 'tick' }>['tick']): void {
    this.#engine.play({ event: 'tick', number: of.number, tick });
  }

  /** A moment `ago` seconds before now, on the engine's clock. */
  at(ago: number): number {
    return this.#engine.now() - ago * 1000;
  }

  #line(by: 'A' | 'B', message: Message, ago: number, quote: MessageRef | null): MessageRef {
    const of: MessageRef = { by, number: this.#next[by]++ };
    const line: Line = { of, own: by === 'A', at: this.at(ago), quote, message };
    this.#engine.play({ event: 'line', line });
    return of;
  }
}
