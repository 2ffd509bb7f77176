import type { Language } from './types';

/** Why somebody is called. */
export type Call = 'found' | 'message' | 'here';

/** What a program around the page does for it, and a browser does by itself: `desktop/src/ipc.rs`. */
export interface Host {
  /** Shows a notification of the system, in words that the program knows; whether it could. */
  notify(call: Call | 'sample', language: Language): Promise<boolean>;
  /** Asks the system to point at the window. */
  attract(): void;
}

let around: Host | null = null;

/** The program around the page, where there is one. */
export function host(): Host | null {
  return around;
}

/** The page lives in this program from now on. */
export function live(within: Host | null): void {
  around = within;
}
