import { expect, test } from 'vitest';
import { zh } from './zh-CN';

const sources = import.meta.glob<string>(
  ['../**/*.{svelte,ts}', '!../**/*.test.ts', '!../{gallery,i18n}/**'],
  { query: '?raw', import: 'default', eager: true },
);
const all = Object.values(sources);

/** The places of all words below `group`: `talk.path.relay`. */
function places(group: object, above = ''): string[] {
  return Object.entries(group).flatMap(([name, word]: [string, unknown]) => {
    const nested = typeof word === 'object' && word !== null && !Array.isArray(word);
    return nested ? places(word, `${above}${name}.`) : [above + name];
  });
}

/** Said by its whole place, by a choice among its group, or by who was given the group. */
function said(place: string): boolean {
  const group = place.slice(0, Math.max(0, place.lastIndexOf('.')));
  const name = place.slice(place.lastIndexOf('.') + 1);
  const whole = new RegExp(String.raw`\.${place.replaceAll('.', String.raw`\.`)}\b`, 'u');
  return all.some(
    (source) =>
      whole.test(source) ||
      source.includes(`.${group}[`) ||
      (source.includes(`Words['${group}']`) && new RegExp(String.raw`\bwords\.${name}\b`, 'u').test(source)),
  );
}

test('no word is kept that no page says', () => {
  expect(all.length).toBeGreaterThan(50);
  expect(said('talk.nothing')).toBe(false);
  expect(places(zh).filter((place) => !said(place))).toEqual([]);
});
