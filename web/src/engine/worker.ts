import { Link } from './link';
import type { ToPage, ToWorker } from './messages';
import start, { Engine } from './pkg/floater';
import compiled from './pkg/floater_bg.wasm?url';
import type { Event } from './types';

// The engine and its connection live here, because timers of hidden pages sleep and those of a
// worker do not. Nothing is decided here: it does what the engine puts out.

/** The part of a worker's world that is used; the library of all pages has no name for it. */
declare const self: {
  postMessage(message: ToPage, transfer: Transferable[]): void;
  addEventListener(name: 'online', on: () => void): void;
  onmessage: ((message: MessageEvent<ToWorker>) => void) | null;
};

/** What the engine wants done: the objects of crates/wasm/src/output.rs. */
type Output =
  | { to: 'dial'; link: number }
  | { to: 'send'; link: number; bytes: Uint8Array<ArrayBuffer> }
  | { to: 'close'; link: number; goodbye: boolean }
  | { to: 'cookie'; secret: string | null }
  | { to: 'token'; secret: string | null }
  | { to: 'wake'; at: number }
  | { to: 'event'; event: Event; bytes?: Uint8Array<ArrayBuffer> };

class Driver {
  #engine: Engine;
  /** What is to be added to this worker's clock to have the page's. */
  #ahead: number;
  #links = new Map<number, Link>();
  #alarm: ReturnType<typeof setTimeout> | undefined;

  constructor(config: string, origin: number) {
    this.#engine = new Engine(config, crypto.getRandomValues(new Uint8Array(32)));
    this.#ahead = performance.timeOrigin - origin;
    self.addEventListener('online', () => this.online());
    this.#do(this.#engine.start(this.#now()));
  }

  online(): void {
    this.#do(this.#engine.online(this.#now()));
  }

  take(message: Exclude<ToWorker, { say: 'start' }>): void {
    if (message.say === 'online') return this.online();
    try {
      this.#do(this.#wanted(message));
      tell({ say: 'taken', tag: message.tag });
    } catch (error) {
      // A trap of WebAssembly is a defect and must be seen as one.
      if (error instanceof WebAssembly.RuntimeError) throw error;
      const why = error instanceof Error ? error.message : String(error);
      tell({ say: 'misuse', tag: message.tag, message: why });
    }
  }

  #wanted(message: Exclude<ToWorker, { say: 'start' | 'online' }>): unknown[] {
    if (message.say === 'command') {
      const command = JSON.stringify(message.command);
      return this.#engine.command(this.#now(), message.tag, command);
    }
    const picture = JSON.stringify(message.picture);
    return this.#engine.offerPicture(this.#now(), picture, message.bytes);
  }

  #now(): number {
    return Math.max(0, performance.now() + this.#ahead);
  }

  #do(outputs: unknown[]): void {
    for (const output of outputs as Output[]) this.#doOne(output);
  }

  #doOne(output: Output): void {
    switch (output.to) {
      case 'dial':
        return this.#dial(output.link);
      case 'send':
        return this.#links.get(output.link)?.send(output.bytes);
      case 'close':
        return this.#close(output.link, output.goodbye);
      case 'cookie':
        return void this.#cookie(output.secret ?? '');
      case 'wake':
        return this.#wake(output.at);
      case 'event':
        return show(output.event, output.bytes);
      case 'token':
        // The browser keeps its session by cookie.
        return;
    }
  }

  #dial(id: number): void {
    const link = new Link({
      opened: () => this.#do(this.#engine.opened(this.#now(), id)),
      bytes: (bytes) => this.#do(this.#engine.bytes(this.#now(), id, bytes)),
      room: (bytes) => this.#do(this.#engine.room(this.#now(), id, bytes)),
      over: (wasOpen) => this.#over(id, wasOpen),
    });
    this.#links.set(id, link);
  }

  #over(id: number, wasOpen: boolean): void {
    this.#links.delete(id);
    const now = this.#now();
    this.#do(wasOpen ? this.#engine.closed(now, id) : this.#engine.refused(now, id));
  }

  #close(id: number, goodbye: boolean): void {
    this.#links.get(id)?.close(goodbye);
    this.#links.delete(id);
  }

  async #cookie(code: string): Promise<void> {
    const answer = await fetch('/cookie', { method: 'POST', body: code }).catch(() => null);
    this.#do(this.#engine.cookieSet(this.#now(), answer?.ok ?? false));
  }

  #wake(at: number): void {
    clearTimeout(this.#alarm);
    const wait = Math.max(0, Math.ceil(at - this.#now()));
    this.#alarm = setTimeout(() => this.#do(this.#engine.wake(this.#now())), wait);
  }
}

function show(event: Event, bytes: Uint8Array<ArrayBuffer> | undefined): void {
  if (bytes) tell({ say: 'event', event, bytes }, [bytes.buffer]);
  else tell({ say: 'event', event });
}

function tell(message: ToPage, transfer: Transferable[] = []): void {
  self.postMessage(message, transfer);
}

let driver: Driver | null = null;
const early: ToWorker[] = [];

async function begin(config: string, origin: number): Promise<void> {
  await start({ module_or_path: compiled });
  driver = new Driver(config, origin);
  tell({ say: 'ready' });
  for (const message of early.splice(0)) hear(message);
}

function hear(message: ToWorker): void {
  if (message.say === 'start') {
    begin(message.config, message.origin).catch((error: unknown) => {
      tell({ say: 'failed', message: String(error) });
    });
  } else if (driver) driver.take(message);
  else early.push(message);
}

self.onmessage = (event: MessageEvent<ToWorker>) => hear(event.data);
