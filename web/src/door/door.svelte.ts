import type { Command, Proof } from '../engine/types';
import type { Words } from '../i18n/zh-CN';
import type { App } from '../state/app.svelte';
import type { Request } from '../state/request.svelte';

/** A page of the door. */
export type DoorPage = 'log-in' | 'register' | 'activate' | 'recover' | 'reset';

/** What a mail is for. */
export type MailPurpose = 'activate' | 'recover';

/** A mail that this browser asked for: makes the mail's link work here with one press. */
interface Asked {
  email: string;
  secret: string;
}

/** What every page of the door is given. */
export interface DoorProps {
  app: App;
  /** Where one stands, and what the pages hand to each other. */
  door: Door;
}

const KEY = 'floater.mail.';

/** Where one stands at the door, and what its pages hand to each other. */
export class Door {
  page = $state<DoorPage>('log-in');
  /** Typed once, kept from page to page. */
  email = $state('');
  /** From the mail's link. */
  token = $state<string | null>(null);
  /** A mail was just asked for with this page's help. */
  mailed = $state(false);
  /** Something good to say above the log-in. */
  done = $state<'activated' | 'reset' | null>(null);
  /** The log-in was right, the account still waits for its code. */
  waits = $state(false);

  constructor(hash: string = location.hash) {
    this.follow(hash);
  }

  /** Opens what a mail's link names: `#/activate/<token>` or `#/recover/<token>`. */
  follow(hash: string): void {
    const [, purpose, token] = /^#\/(activate|recover)\/([\w-]{1,200})$/u.exec(hash) ?? [];
    if (!purpose || !token) return;
    this.token = token;
    this.page = purpose === 'activate' ? 'activate' : 'reset';
    this.email = asked(purpose as MailPurpose)?.email ?? '';
  }

  go(page: DoorPage): void {
    this.page = page;
    this.done = null;
    this.mailed = false;
    this.waits = false;
    this.#dropToken();
  }

  /** The mail was sent; its code is awaited on the next page. */
  handleMailed(purpose: MailPurpose, secret: string): void {
    remember(purpose, { email: this.email.trim(), secret });
    this.#dropToken();
    this.mailed = true;
    this.page = purpose === 'activate' ? 'activate' : 'reset';
  }

  /** Asks for what the mail is for, proved by its link or else by its code. */
  async prove(
    request: Request,
    purpose: MailPurpose,
    code: string,
    command: (proof: Proof) => Command,
  ): Promise<void> {
    const proof = this.link(purpose) ?? { email: this.email.trim(), code };
    const answer = await request.ask(command(proof));
    if (answer) this.#finish(purpose);
    // The link alone will not do here: the code is typed instead.
    else if (request.problem?.error === 'type-code') this.#dropToken();
  }

  /** What the mail asked for is done: log in. */
  #finish(purpose: MailPurpose): void {
    forget(purpose);
    this.go('log-in');
    this.done = purpose === 'activate' ? 'activated' : 'reset';
  }

  /** The link's token with this browser's secret, if both are here. */
  link(purpose: MailPurpose): { token: string; secret: string } | null {
    const secret = asked(purpose)?.secret;
    return this.token !== null && secret !== undefined ? { token: this.token, secret } : null;
  }

  #dropToken(): void {
    this.token = null;
    // The token stays in no history entry once it was used or given up.
    if (location.hash !== '') history.replaceState(history.state, '', location.pathname);
  }
}

function remember(purpose: MailPurpose, mail: Asked): void {
  try {
    localStorage.setItem(KEY + purpose, JSON.stringify(mail));
  } catch {
    // Without storage the code is typed.
  }
}

function forget(purpose: MailPurpose): void {
  try {
    localStorage.removeItem(KEY + purpose);
  } catch {
    // It was never kept.
  }
}

function asked(purpose: MailPurpose): Asked | null {
  try {
    return JSON.parse(localStorage.getItem(KEY + purpose) ?? 'null') as Asked | null;
  } catch {
    return null;
  }
}

/** Tells before the server does; the server decides. */
export function isEmail(typed: string): boolean {
  return /^[^\s@]+@[^\s@]+$/u.test(typed.trim()) && typed.trim().length <= 254;
}

/** What is wrong with an address, in words. */
export function emailWrong(typed: string, words: Words['door']): string | null {
  return isEmail(typed) ? null : words.emailBad;
}

/** What is wrong with what proves that one reads a mail: nothing, where its link does. */
export function proofWrong(
  link: object | null,
  email: string,
  code: string,
  words: Words['door'],
): { email: string | null; code: string | null } {
  if (link) return { email: null, code: null };
  return { email: emailWrong(email, words), code: code.length === 8 ? null : words.codeShort };
}

/** Letters and digits of a code, wherever it was pasted from. */
export function codeOf(typed: string): string {
  return typed.normalize('NFKC').replace(/[^a-z0-9]/giu, '').toUpperCase().slice(0, 8);
}
