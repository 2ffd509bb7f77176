import type { Engine } from './engine';
import { instance } from './instance';
import type { ToPage, ToWorker } from './messages';
import type { Answer, Command, Event, Picture, Problem } from './types';
import address from './worker.ts?worker&url';

/** Where the browser has Trusted Types: TypeScript's own library does not name them yet. */
interface WithTrustedTypes {
  trustedTypes?: {
    createPolicy(
      name: string,
      rules: { createScriptURL(url: string): string },
    ): { createScriptURL(url: string): string };
  };
}

interface Waiting {
  answered(answer: Answer): void;
  refused(problem: Problem): void;
}

/** Starts the engine of the browser: WebAssembly and WebSocket in a worker of their own. */
export async function connect(): Promise<Engine> {
  return new WasmEngine(new Worker(script(), { type: 'module' }), await instance());
}

function script(): string {
  const policy = (globalThis as WithTrustedTypes).trustedTypes?.createPolicy('floater-worker', {
    createScriptURL(url) {
      if (url !== address) throw new TypeError('there is one worker only');
      return url;
    },
  });
  return policy?.createScriptURL(address) ?? address;
}

class WasmEngine implements Engine {
  readonly can = { direct: false };
  #worker: Worker;
  #on: ((event: Event, bytes?: Uint8Array) => void) | null = null;
  #early: [Event, Uint8Array | undefined][] = [];
  #waiting = new Map<number, Waiting>();
  #offers = new Map<number, Waiting>();
  /** 0 is for commands that are not answered. */
  #tag = 0;

  constructor(worker: Worker, name: string) {
    this.#worker = worker;
    worker.onmessage = (message: MessageEvent<ToPage>) => this.#hear(message.data);
    const config = { keep: 'cookie', agent: 'floater-web/0.1.0', instance: name, policy: 'hidden' };
    this.#say({ say: 'start', config: JSON.stringify(config), origin: performance.timeOrigin });
    this.#watchPage();
  }

  listen(on: (event: Event, bytes?: Uint8Array) => void): void {
    this.#on = on;
    for (const [event, bytes] of this.#early.splice(0)) on(event, bytes);
  }

  ask(command: Command): Promise<Answer> {
    const tag = ++this.#tag;
    return new Promise((answered, refused: (problem: Problem) => void) => {
      this.#waiting.set(tag, { answered, refused });
      this.#say({ say: 'command', tag, command });
    });
  }

  tell(command: Command): void {
    this.#say({ say: 'command', tag: 0, command });
  }

  async offer(picture: Picture, bytes: Uint8Array): Promise<void> {
    const tag = ++this.#tag;
    await new Promise((answered, refused: (problem: Problem) => void) => {
      this.#offers.set(tag, { answered, refused });
      this.#say({ say: 'offer', tag, picture, bytes });
    });
  }

  now(): number {
    return performance.now();
  }

  #say(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  /** A page that goes away takes its worker along at once, and with it the conversation. */
  #watchPage(): void {
    addEventListener('pagehide', () => this.#worker.terminate());
    addEventListener('pageshow', (shown: PageTransitionEvent) => {
      if (shown.persisted) location.reload();
    });
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') this.#say({ say: 'online' });
    });
  }

  #hear(message: ToPage): void {
    switch (message.say) {
      case 'ready':
        return;
      case 'event':
        return this.#show(message.event, message.bytes);
      case 'taken':
        return this.#take(this.#offers, message.tag)?.answered({ answer: 'done' });
      case 'misuse':
        return this.#misused(message.tag, message.message);
      case 'failed':
        throw new Error(message.message);
    }
  }

  #show(event: Event, bytes: Uint8Array | undefined): void {
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
