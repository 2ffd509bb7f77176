import type { Language, Policy } from '../engine/types';

/** `null` follows the system. */
export type Theme = 'light' | 'dark' | null;

/** What a person chose, kept in this browser only. */
interface Kept {
  language: Language | null;
  theme: Theme;
  sounds: boolean;
  /** The title and the icon of the tab tell. */
  title: boolean;
  notify: boolean;
  typing: boolean;
  seen: boolean;
  pictures: boolean;
  policy: Policy | null;
}

const KEY = 'floater.prefs';
const DEFAULTS: Kept = {
  language: null,
  theme: null,
  sounds: true,
  title: true,
  notify: false,
  typing: true,
  seen: false,
  pictures: false,
  policy: null,
};

function read(): Kept {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return { ...DEFAULTS, ...(kept as Partial<Kept>) };
  } catch {
    // Storage may be forbidden or hold something foreign: the defaults serve.
    return DEFAULTS;
  }
}

/** The choices of this browser. Change them by {@link keep}. */
export const prefs: Kept = $state(read());

// Another tab chose: what is shown and told here must not be older.
addEventListener('storage', (event) => {
  if (event.key === KEY) Object.assign(prefs, read());
});

/** Changes choices, and remembers them where storage is allowed. */
export function keep(change: Partial<Kept>): void {
  Object.assign(prefs, change);
  try {
    localStorage.setItem(KEY, JSON.stringify(prefs));
  } catch {
    // Without storage a choice lives as long as the page.
  }
}

/** Back to the defaults. */
export function forgetChoices(): void {
  keep(DEFAULTS);
}
