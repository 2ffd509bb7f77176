import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Link, type Hearer } from './link';

const MIB = 1024 * 1024;

/** A socket whose line takes nothing: what is sent waits. */
class Stuck extends EventTarget {
  static readonly OPEN = 1;
  static last: Stuck;
  readyState = Stuck.OPEN;
  bufferedAmount = 0;
  closed: number | null = null;
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;

  constructor() {
    super();
    Stuck.last = this;
  }

  send(bytes: Uint8Array): void {
    this.bufferedAmount += bytes.length;
  }

  close(code: number): void {
    this.readyState = 2;
    this.closed ??= code;
  }
}

beforeEach(() => vi.stubGlobal('WebSocket', Stuck));
afterEach(() => vi.unstubAllGlobals());

function open(): { link: Link; told: string[] } {
  const told: string[] = [];
  const hearer: Hearer = {
    opened: () => told.push('opened'),
    bytes: () => told.push('bytes'),
    room: () => told.push('room'),
    over: (wasOpen) => told.push(`over ${wasOpen}`),
  };
  const link = new Link(hearer);
  Stuck.last.onopen?.();
  return { link, told };
}

test('a line that takes nothing is given up as lost, and the browser holds no more than a bound', async () => {
  const { link, told } = open();
  for (let sent = 0; sent < MIB; sent += MIB / 16) link.send(new Uint8Array(MIB / 16));
  expect(Stuck.last.closed).toBeNull();
  link.send(new Uint8Array(1));
  expect(Stuck.last.closed).toBe(4000);
  expect(told).not.toContain('over true');
  await Promise.resolve();
  expect(told.filter((word) => word.startsWith('over'))).toEqual(['over true']);
  for (let more = 0; more < 100; more++) link.send(new Uint8Array(MIB / 16));
  expect(Stuck.last.bufferedAmount).toBe(MIB + 1);
  Stuck.last.onclose?.();
  expect(told.filter((word) => word.startsWith('over'))).toHaveLength(1);
});

test('who closes a link that is being given up hears no more of it', async () => {
  const { link, told } = open();
  link.send(new Uint8Array(MIB + 1));
  link.close(false);
  await Promise.resolve();
  expect(told.filter((word) => word.startsWith('over'))).toEqual([]);
});
