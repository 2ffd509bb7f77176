import type { Theme } from './prefs.svelte';

/** Gives the page a theme, and the bars that a phone draws around it. `null` follows the system. */
export function showTheme(theme: Theme): void {
  document.documentElement.dataset['theme'] = theme ?? '';
  for (const bar of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
    const { theme: own = '' } = bar.dataset;
    const chosen = own === theme ? 'all' : 'not all';
    bar.setAttribute('media', theme === null ? `(prefers-color-scheme: ${own})` : chosen);
  }
}
