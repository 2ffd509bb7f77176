import { SvelteMap } from 'svelte/reactivity';
import type { Engine } from '../engine/engine';
import type {
  Line, MessageRef, PathInUse, PeerState, PictureState, Role, SafetyWord, Tick,
} from '../engine/types';
import type { Prepared } from '../picture/prepare';
import { isHarmless } from '../picture/size';
import { room } from '../text/graphemes';
import { Attachment } from './attachment.svelte';
import { Typing } from './typing';

/** A picture of the conversation, as far as it is here. */
export interface Shown {
  state: PictureState | null;
  /** Asked for, not here yet. */
  opening: boolean;
  /** Once it is open: where an `img` finds it. */
  url: string | null;
  bytes: Blob | null;
  /** It is here, but it is no picture that this browser can show. */
  spoilt: boolean;
}

const ORDER: readonly Tick[] = ['waiting', 'sent', 'delivered', 'seen'];
const UNSEEN: Shown = { state: null, opening: false, url: null, bytes: null, spoilt: false };

/** One conversation, from the match on; nothing of it is ever stored. */
export class Talk {
  readonly own: string;
  readonly peer: string;
  readonly role: Role;
  lines = $state.raw<readonly Line[]>([]);
  readonly ticks = new SvelteMap<number, Tick>();
  readonly pictures = new SvelteMap<string, Shown>();
  opened = $state(false);
  typing = $state(false);
  peerState = $state.raw<PeerState>({ peer: 'here' });
  path = $state.raw<PathInUse | null>(null);
  safety = $state.raw<readonly SafetyWord[] | null>(null);
  canSay = $state(true);
  muted = $state(false);
  draft = $state('');
  quote = $state.raw<Line | null>(null);
  readonly attachment = new Attachment();
  /** The picture that is seen large. */
  viewing = $state<string | null>(null);
  /** The other one was blocked. */
  blocked = $state(false);
  /** Lines of the other that came while nobody looked. */
  unread = $state(0);
  readonly #engine: Engine;
  readonly #typing: Typing;
  #offered: Prepared[] = [];
  #seen = 0;

  constructor(engine: Engine, names: { own: string; peer: string; role: Role }) {
    this.#engine = engine;
    this.#typing = new Typing((typing) => engine.tell({ do: 'typing', typing }));
    this.own = names.own;
    this.peer = names.peer;
    this.role = names.role;
  }

  /** Whether the send button does something. */
  get sendable(): boolean {
    const { picture, busy } = this.attachment;
    const something = this.draft.trim() !== '' || picture !== null;
    return this.canSay && !busy && something && !room(this.draft).over;
  }

  handleLine(line: Line, attended: boolean): void {
    this.lines = [...this.lines, line];
    if (!line.own) {
      this.typing = false;
      if (!attended) this.unread += 1;
    }
    if (line.message.kind === 'picture') this.#meet(line.own, line.message.offer);
  }

  handleTick(number: number, tick: Tick): void {
    this.#raise(number, tick);
    if (tick !== 'seen') return;
    // Who has seen a line has seen what came before it.
    for (const line of this.lines) {
      if (line.own && line.of.number < number) this.#raise(line.of.number, tick);
    }
  }

  /** How far a picture's bytes are; `atOnce`: the person wants pictures without a tap. */
  handlePicture(id: string, state: PictureState, atOnce: boolean): void {
    this.#change(id, { state });
    const offered = this.lines.some((l) => isPicture(l, id) && !l.own);
    if (state.state === 'complete' && offered && atOnce) this.openPicture(id);
  }

  handleOpened(id: string, bytes: Uint8Array): void {
    if (!isHarmless(bytes)) {
      this.spoil(id);
      return;
    }
    const kind = this.lines.find((l) => isPicture(l, id))?.message;
    const type = kind?.kind === 'picture' ? kind.offer.kind : 'application/octet-stream';
    this.#show(id, new Blob([bytes as Uint8Array<ArrayBuffer>], { type }));
  }

  /** What came cannot be shown. */
  spoil(id: string): void {
    const url = this.pictures.get(id)?.url;
    if (url) URL.revokeObjectURL(url);
    this.#change(id, { opening: false, url: null, bytes: null, spoilt: true });
  }

  openPicture(id: string): void {
    const shown = this.pictures.get(id) ?? UNSEEN;
    if (shown.url !== null || shown.opening) return;
    this.#change(id, { opening: true });
    this.#engine.tell({ do: 'open-picture', id });
  }

  /** Somebody writes; an empty draft means they stopped. */
  typed(): void {
    this.#typing.typed(this.draft.trim() !== '');
  }

  /** Sends what stands in the own pane: the picture first, then the words. */
  async send(): Promise<void> {
    if (!this.sendable) return;
    const { picture } = this.attachment;
    const { quote } = this;
    const text = this.draft.trim();
    const of: { quote?: MessageRef } = quote ? { quote: quote.of } : {};
    this.draft = '';
    this.quote = null;
    this.attachment.clear();
    this.#typing.typed(false);
    // The engine takes both in this order; what it makes of the picture comes later.
    const offered = picture && this.#offer(picture, of);
    if (text !== '') this.#engine.tell({ do: 'say', text, ...(picture ? {} : of) });
    await offered;
  }

  /** Everything that came was shown to somebody who looks. */
  see(): void {
    this.unread = 0;
    const last = this.lines.findLast((line) => !line.own)?.of.number ?? 0;
    if (last <= this.#seen) return;
    this.#seen = last;
    this.#engine.tell({ do: 'seen', number: last });
  }

  find(of: MessageRef): Line | undefined {
    return this.lines.find((l) => l.of.by === of.by && l.of.number === of.number);
  }

  /** It has ended: what came stays for a while, what was being written goes at once. */
  close(): void {
    this.#typing.stop();
    this.draft = '';
    this.quote = null;
    this.viewing = null;
    this.attachment.close();
  }

  /** Nothing of it stays. */
  dispose(): void {
    this.close();
    for (const { url } of this.pictures.values()) if (url) URL.revokeObjectURL(url);
    this.pictures.clear();
  }

  /** A picture that is refused stands in the own pane again. */
  async #offer(picture: Prepared, of: { quote?: MessageRef }): Promise<void> {
    const { bytes, ...description } = picture;
    this.#offered.push(picture);
    try {
      await this.#engine.offer({ ...description, ...of }, bytes);
    } catch {
      this.#offered = this.#offered.filter((offered) => offered !== picture);
      this.attachment.put(picture, 'refused');
    }
  }

  #meet(own: boolean, offer: { id: string; thumbhash: string; size: number }): void {
    const at = this.#offered.findIndex(
      (p) => p.bytes.length === offer.size && p.thumbhash === offer.thumbhash,
    );
    const [prepared] = own && at >= 0 ? this.#offered.splice(at, 1) : [];
    if (prepared) this.#show(offer.id, new Blob([prepared.bytes], { type: prepared.kind }));
    else this.#change(offer.id, {});
  }

  #show(id: string, bytes: Blob): void {
    this.#change(id, { opening: false, bytes, url: URL.createObjectURL(bytes) });
  }

  #change(id: string, change: Partial<Shown>): void {
    this.pictures.set(id, { ...(this.pictures.get(id) ?? UNSEEN), ...change });
  }

  #raise(number: number, tick: Tick): void {
    const now = this.ticks.get(number);
    if (!now || ORDER.indexOf(tick) > ORDER.indexOf(now)) this.ticks.set(number, tick);
  }
}

function isPicture(line: Line, id: string): boolean {
  return line.message.kind === 'picture' && line.message.offer.id === id;
}
