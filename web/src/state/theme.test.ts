import { afterEach, expect, test } from 'vitest';
import page from '../../index.html?raw';
import script from '../../public/theme.js?raw';
import { keep } from './prefs.svelte';
import { showTheme } from './theme';

afterEach(() => keep({ theme: null }));

/** Which colours of bars the browser may take. */
function bars(): string[] {
  const all = [...document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')];
  return all.map((bar) => `${bar.content} ${bar.getAttribute('media')}`);
}

test('page and bars follow the choice, and the system where there is none', () => {
  const { head } = new DOMParser().parseFromString(page, 'text/html');
  document.head.replaceChildren(...head.querySelectorAll('meta'));
  const system = bars();
  expect(system).toEqual([
    '#f4f6f3 (prefers-color-scheme: light)',
    '#0c1518 (prefers-color-scheme: dark)',
  ]);
  showTheme('dark');
  expect(document.documentElement.dataset['theme']).toBe('dark');
  expect(bars()).toEqual(['#f4f6f3 not all', '#0c1518 all']);
  showTheme(null);
  expect(document.documentElement.dataset['theme']).toBe('');
  expect(bars()).toEqual(system);
});

test('what was kept stands before any module runs', () => {
  keep({ theme: 'dark' });
  document.documentElement.dataset['theme'] = '';
  new Function(script)();
  expect(document.documentElement.dataset['theme']).toBe('dark');
  localStorage.setItem('floater.prefs', 'foreign');
  expect(() => void new Function(script)()).not.toThrow();
});
