import type { Answer, Command, Event, Picture, Problem } from './types';

/** Why the server was not reached: `desktop/src/trouble.rs`. Browsers do not say. */
export type Trouble =
  | { why: 'unknown' | 'unreachable' | 'untrusted' | 'no-tls' | 'tls' }
  | { why: 'not-pinned'; pinned: string; shown: string };

/** Why nothing can begin, and what the system said. */
export interface Failure {
  why: 'no-server' | 'address' | 'in-use' | 'data' | 'talking' | 'system';
  said: string;
}

/** What an engine tells: its events, and what keeps it from the server. */
export type Happening = Event | { event: 'trouble'; trouble: Trouble };

/** What the page is drawn from and told: one closed list of events, one of commands. */
export interface Engine {
  /** Calls `on` with each event, the first ones included; a picture's bytes come beside it. */
  listen(on: (event: Happening, bytes?: Uint8Array) => void): void;
  /** For commands that the server answers. Rejects with a {@link Problem}. */
  ask(command: Command): Promise<Answer>;
  /** For the others: what comes of them shows in events. */
  tell(command: Command): void;
  /** A picture to send, turned, scaled and re-encoded. */
  offer(picture: Picture, bytes: Uint8Array): Promise<void>;
  /** The clock of all times in events, in milliseconds. */
  now(): number;
  /** What this engine can do. */
  can: { direct: boolean };
}

/** Whatever kept an engine from starting, as something that has words. */
export function asFailure(thrown: unknown): Failure {
  if (typeof thrown === 'object' && thrown !== null && 'why' in thrown) return thrown as Failure;
  return { why: 'system', said: String(thrown) };
}

/** Whatever was thrown, as something that has words. */
export function asProblem(thrown: unknown): Problem {
  if (typeof thrown === 'object' && thrown !== null && 'error' in thrown) {
    return thrown as Problem;
  }
  return { error: 'internal', message: String(thrown) };
}
