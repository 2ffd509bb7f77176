import type { Answer, Command, Event, Picture, Problem } from './types';

/** What the page is drawn from and told: one closed list of events, one of commands. */
export interface Engine {
  /** Calls `on` with each event, the first ones included; a picture's bytes come beside it. */
  listen(on: (event: Event, bytes?: Uint8Array) => void): void;
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

/** Whatever was thrown, as something that has words. */
export function asProblem(thrown: unknown): Problem {
  if (typeof thrown === 'object' && thrown !== null && 'error' in thrown) {
    return thrown as Problem;
  }
  return { error: 'internal', message: String(thrown) };
}
