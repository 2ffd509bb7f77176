import type { App } from '../state/app.svelte';
import type { Around } from './around';
import { conversation } from './scenes-conversation';
import { door } from './scenes-door';
import { pages } from './scenes-pages';
import { settings } from './scenes-settings';
import { windows } from './scenes-window';
import type { Scripted } from './scripted';

/** What a scene plays with. */
export interface Props {
  engine: Scripted;
  app: App;
  around: Around;
}

/** Puts the page into one state. Runs once the page stands. */
export type Scene = (props: Props) => void | Promise<void>;

/** Every page in every state, by name. */
export const scenes: Record<string, Scene> = { ...door, ...pages, ...settings, ...conversation, ...windows };
