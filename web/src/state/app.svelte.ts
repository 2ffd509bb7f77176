import { attend, type Call } from '../attention/attend';
import type { Engine, Happening, Trouble } from '../engine/engine';
import type { Ending, Event, Here, LinkState, SessionEnd, Stage } from '../engine/types';
import { attended } from './moment.svelte';
import { prefs } from './prefs.svelte';
import { Tabs } from './tabs';
import { Talk } from './talk.svelte';

/** For so long a conversation that ended can be reported, blocked and saved, in milliseconds. */
export const AFTERMATH = 10 * 60_000;

/** A conversation that has just ended. */
export interface Past {
  ending: Ending;
  talk: Talk | null;
  /** Until when it is remembered, Unix milliseconds. */
  until: number;
}

/** Everything the page shows, drawn from the engine's events. */
export class App {
  readonly engine: Engine;
  link = $state.raw<LinkState>({ link: 'connecting' });
  /** Why the server was not reached the last time. */
  trouble = $state.raw<Trouble | null>(null);
  stage = $state.raw<Stage>({ at: 'starting' });
  here = $state.raw<Here | null>(null);
  widened = $state(false);
  greeted = $state.raw({ own: false, peer: false });
  talk = $state.raw<Talk | null>(null);
  past = $state.raw<Past | null>(null);
  sessionEnd = $state<SessionEnd | null>(null);
  /** The settings stand before the main page. */
  settings = $state(false);
  /** The dialog that asks before leaving. */
  leaving = $state(false);
  /** Another tab asked this one to show itself. */
  called = $state(false);
  readonly tabs: Tabs;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(engine: Engine) {
    this.engine = engine;
    this.tabs = new Tabs(
      () => this.busy,
      () => this.#showItself(),
    );
    engine.listen((event, bytes) => this.handle(event, bytes));
  }

  /** Whether one talks here, or is about to. */
  get busy(): boolean {
    return ['talk', 'greeting', 'waiting'].includes(this.stage.at);
  }

  /** Unix milliseconds of a moment on the engine's clock. */
  wallOf(at: number): number {
    return Date.now() - this.engine.now() + at;
  }

  /** Tells the engine whether a direct path may be tried; hidden until the question was answered. */
  tellPolicy(): void {
    this.engine.tell({ do: 'set-policy', policy: prefs.policy ?? 'hidden' });
  }

  tellSigns(): void {
    this.engine.tell({ do: 'set-signs', typing: prefs.typing, seen: prefs.seen });
  }

  seek(): void {
    this.forget();
    this.engine.tell({ do: 'seek' });
  }

  leave(): void {
    this.leaving = false;
    this.engine.tell({ do: 'leave' });
  }

  /** Somebody went Back: settings and a picture that is seen large close, a conversation asks. */
  back(): void {
    if (!this.talk) this.settings = false;
    else if (this.talk.viewing) this.talk.viewing = null;
    else this.leaving = true;
  }

  /** Asks before the window closes; an open picture goes first. */
  askToLeave(): void {
    if (!this.talk) return;
    this.talk.viewing = null;
    this.leaving = true;
  }

  /** Puts the last conversation away. */
  forget(): void {
    clearTimeout(this.#timer);
    if (!this.past) return;
    this.past.talk?.dispose();
    this.past = null;
    this.engine.tell({ do: 'forget' });
  }

  handle(event: Happening, bytes?: Uint8Array): void {
    switch (event.event) {
      case 'link': this.#handleLink(event.state); break;
      case 'trouble': this.trouble = event.trouble; break;
      case 'stage': this.#handleStage(event.stage); break;
      case 'here': this.here = event.here; break;
      case 'widened': this.widened = true; break;
      case 'session-ended': this.sessionEnd = event.why; break;
      case 'greeted': this.greeted = { own: event.own, peer: event.peer }; break;
      default: {
        const talk = this.talk ?? this.past?.talk;
        if (talk) this.#handleTalk(talk, event, bytes);
      }
    }
  }

  #handleLink(state: LinkState): void {
    this.link = state;
    if (state.link === 'up') this.trouble = null;
  }

  #handleTalk(talk: Talk, event: Event, bytes?: Uint8Array): void {
    switch (event.event) {
      case 'line':
        talk.handleLine(event.line, attended());
        if (!event.line.own) this.#call('message');
        break;
      case 'tick': talk.handleTick(event.number, event.tick); break;
      case 'typing': talk.typing = event.typing; break;
      case 'peer': talk.peerState = event.peer; break;
      case 'path': talk.path = event.path; break;
      case 'safety': talk.safety = event.words; break;
      case 'picture': talk.handlePicture(event.id, event.state, prefs.pictures); break;
      case 'picture-opened': if (bytes) talk.handleOpened(event.id, bytes); break;
      case 'can-say': talk.canSay = event.can; break;
    }
  }

  #handleStage(stage: Stage): void {
    const before = this.stage.at;
    this.stage = stage;
    switch (stage.at) {
      case 'greeting': this.#meet(stage, before); break;
      case 'talk':
        this.talk ??= new Talk(this.engine, stage);
        this.talk.opened = true;
        break;
      case 'waiting':
        this.widened = false;
        this.#part(null);
        break;
      default: this.#part(stage.at === 'main' ? stage.ending : null);
    }
    if (stage.at !== 'door' && stage.at !== 'starting') this.sessionEnd = null;
    if (stage.at !== 'main') this.settings = false;
  }

  #meet(stage: Extract<Stage, { at: 'greeting' }>, before: Stage['at']): void {
    if (before === 'greeting') return;
    this.forget();
    this.talk?.dispose();
    this.greeted = { own: false, peer: false };
    this.talk = new Talk(this.engine, stage);
    this.#call('found');
  }

  /** The conversation of now, if there was one, is over. */
  #part(ending: Ending | null): void {
    const { talk } = this;
    this.talk = null;
    this.leaving = false;
    this.called = false;
    if (ending === null) {
      talk?.dispose();
      return;
    }
    talk?.close();
    this.past = { ending, talk, until: Date.now() + AFTERMATH };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.forget(), AFTERMATH);
  }

  #call(call: Call): void {
    attend(call, attended(), this.talk?.muted ?? false);
  }

  #showItself(): void {
    this.called = true;
    attend('here', false);
    addEventListener('focus', () => (this.called = false), { once: true });
  }
}
