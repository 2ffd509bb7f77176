import { beforeEach, expect, test } from 'vitest';
import type { Engine } from '../engine/engine';
import type { Command, Proof } from '../engine/types';
import { Request } from '../state/request.svelte';
import { codeOf, Door, isEmail } from './door.svelte';

beforeEach(() => history.replaceState(null, '', '/'));

test('a mail’s link opens its page and, where the mail was asked for, needs no code', () => {
  const first = new Door('');
  first.email = 'ming@example.org';
  first.handleMailed('activate', 'a-secret');

  const second = new Door('#/activate/tok-EN_1');
  expect(second.page).toBe('activate');
  expect(second.email).toBe('ming@example.org');
  expect(second.link('activate')).toEqual({ token: 'tok-EN_1', secret: 'a-secret' });
  expect(second.link('recover')).toBeNull();
});

test('elsewhere the link alone is nothing: the code is typed', () => {
  const door = new Door('#/recover/token');
  expect(door.page).toBe('reset');
  expect(door.link('recover')).toBeNull();
});

test('a strange hash is ignored', () => {
  for (const bad of ['#/activate/', '#/other/x', '#/activate/a/b', '#/activate/<b>']) {
    expect(new Door(bad).page).toBe('log-in');
  }
});

/** Asks a server that answers like this. */
const asking = (ask: Engine['ask']) => new Request({ ask } as Engine);
const activation = (proof: Proof): Command => ({ do: 'activate', proof });

test('a used token stays nowhere', async () => {
  history.replaceState(null, '', '/#/activate/token');
  const door = new Door();
  const done = asking(() => Promise.resolve({ answer: 'done' }));
  await door.prove(done, 'activate', '', activation);
  expect(location.hash).toBe('');
  expect(door.token).toBeNull();
  expect(door.done).toBe('activated');
});

test('where the link alone will not do its code is typed, and nothing else is given up', async () => {
  history.replaceState(null, '', '/#/activate/token');
  const door = new Door();
  const refusing = (error: string) =>
    asking(() => Promise.reject(Object.assign(new Error(error), { error })));
  await door.prove(refusing('too-many'), 'activate', '', activation);
  expect(door.token).toBe('token');
  await door.prove(refusing('type-code'), 'activate', '', activation);
  expect([door.token, door.page, door.done]).toEqual([null, 'activate', null]);
});

test('a code may be pasted with whatever stands around it', () => {
  expect(codeOf(' ab3d-9xyz ')).toBe('AB3D9XYZ');
  expect(codeOf('AB3D 9XYZ')).toBe('AB3D9XYZ');
});

test('an address has something before and after one @', () => {
  expect(isEmail(' a@b.c ')).toBe(true);
  expect(isEmail('a@b@c')).toBe(false);
  expect(isEmail('a b@c')).toBe(false);
});
