import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { live, type Host } from '../engine/host';
import { keep } from '../state/prefs.svelte';
import { askToNotify, attend, notifiable } from './attend';

const host = { notify: vi.fn(() => Promise.resolve(true)), attract: vi.fn() };

beforeEach(() => {
  keep({ language: 'zh-CN', sounds: false, title: true, notify: true });
  live(host as Partial<Host> as Host);
});
afterEach(() => {
  vi.clearAllMocks();
  live(null);
});

test('in a window the program calls who looks elsewhere, and knows the words itself', () => {
  attend('message', true);
  expect(host.attract).not.toHaveBeenCalled();
  attend('message', false);
  expect(host.attract).toHaveBeenCalledOnce();
  expect(host.notify.mock.calls).toEqual([['message', 'zh-CN']]);
});

test('each way is off by choice', () => {
  keep({ title: false, notify: false });
  attend('found', false);
  expect(host.attract).not.toHaveBeenCalled();
  expect(host.notify).not.toHaveBeenCalled();
});

test('a window asks nobody whether it may, and says where the system has none', async () => {
  expect(notifiable()).toBe('granted');
  expect(await askToNotify()).toBe('granted');
  host.notify.mockResolvedValueOnce(false);
  expect(await askToNotify()).toBe('missing');
});
