import type { Trouble } from './engine';
import type { Command, Event, Picture } from './types';

/** What the page says to its engine. */
export type ToEngine =
  | { say: 'command'; tag: number; command: Command }
  | { say: 'offer'; tag: number; picture: Picture; bytes: Uint8Array }
  | { say: 'online' };

/** What the page says to the worker. */
export type ToWorker = { say: 'start'; config: string; origin: number } | ToEngine;

/** What the engine says to the page. */
export type ToPage =
  | { say: 'ready' }
  | { say: 'event'; event: Event; bytes?: Uint8Array }
  | { say: 'trouble'; trouble: Trouble }
  | { say: 'taken'; tag: number }
  | { say: 'misuse'; tag: number; message: string }
  | { say: 'failed'; message: string };
