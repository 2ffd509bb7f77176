import type { Language } from './types';

/** Why somebody is called. */
export type Call = 'found' | 'message' | 'here';

/** What became of a file for the person: `desktop/src/save.rs`; a browser puts it to the downloads. */
export type Saved = 'downloads' | 'there' | 'cancelled' | 'full' | 'forbidden' | 'failed';

/** Where the session is kept: in the system's keyring, in a file, or in a file because the keyring is
 * locked, does not answer, or is not there: `desktop/src/kept.rs`. */
export type Kept = 'keyring' | 'file' | 'locked' | 'silent' | 'absent';

/** Whether there is an icon in the desktop's panel; missing: no panel shows it. `desktop/src/tray.rs` */
export type Tray = 'on' | 'off' | 'missing';

/** What a program around the page does for it, and a browser does by itself: `desktop/src/ipc.rs`. */
export interface Host {
  /** Shows a notification of the system, in words that the program knows; whether it could. */
  notify(call: Call | 'sample', language: Language): Promise<boolean>;
  /** Asks the system to point at the window. */
  attract(): void;
  /** Asks the person where a file goes, and writes it there. */
  save(name: string, content: Blob): Promise<Saved>;
  /** The picture that another program copied, where the page is not handed it; nothing where it is none. */
  copied(): Promise<File | null>;
  /** The server of now, as a link; nothing where there is none. */
  server(): Promise<string | null>;
  /** Where the session is kept; nothing where there is no server. */
  kept(): Promise<Kept | null>;
  /** Goes to another server, where the page begins anew. Rejects with a {@link Failure}. */
  choose(server: string): Promise<void>;
  /** Whether there is an icon in the panel; nothing where the system has no such panels. */
  tray(): Promise<Tray | null>;
  /** Shows an icon in the panel, with a menu in a language, or none, and says what came of it. */
  showTray(wanted: Language | null): Promise<Tray | null>;
  /** Calls `on` when somebody who talks wants to close the window, until the answer is called. */
  closing(on: () => void): () => void;
  /** Who was asked before the window closes stays. */
  stay(): void;
  /** Calls `on` with the server of a link that somebody opened, until the answer is called. */
  invited(on: (server: string) => void): () => void;
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
