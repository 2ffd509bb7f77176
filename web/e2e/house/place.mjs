// Two homes behind NATs, and a server: the NAT lab builds them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { simpleParser } from 'mailparser';
import { isOver, TARGET } from './floaterd.mjs';
import { codeIn } from './post.mjs';

const PROGRAM = process.env.NATLAB_PROGRAM ?? join(TARGET, 'ci/natlab');
/** A mail is there so soon, in milliseconds. */
const PATIENCE = 30_000;
const LOOK = 50;

/**
 * What stands there: `server` as a client is told of it, the processes that hold the `homes`, and
 * the `outbox` where its mails lie.
 */
export class Place {
  #child;

  /** `cell`: by the lab's name. Nothing where namespaces cannot be had, unless they are required. */
  static async open(cell) {
    const place = new Place();
    const words = ['--stand', '--cells', cell];
    place.#child = spawn(PROGRAM, words, { stdio: ['pipe', 'pipe', 'inherit'] });
    const failed = once(place.#child, 'error').then(([error]) => { throw error; });
    const lines = createInterface(place.#child.stdout)[Symbol.asyncIterator]();
    const { value, done } = await Promise.race([lines.next(), failed]);
    if (!done) return Object.assign(place, JSON.parse(value));
    const [code] = isOver(place.#child) ? [place.#child.exitCode] : await once(place.#child, 'exit');
    if (code !== 0) throw new Error('the NAT lab does not stand');
    return null;
  }

  /** The code of the first mail to an address, as a person types it. */
  async codeFor(address) {
    const last = Date.now() + PATIENCE;
    for (;;) {
      for (const name of await readdir(this.outbox).catch(() => [])) {
        const mail = await simpleParser(await readFile(join(this.outbox, name)).catch(() => ''));
        // One that is being written is read the next time.
        if (mail.to?.value.some((it) => it.address === address) && mail.text) return codeIn(mail);
      }
      if (Date.now() > last) throw new Error(`no mail to ${address}`);
      await pause(LOOK);
    }
  }

  async close() {
    if (isOver(this.#child)) return;
    this.#child.stdin.end();
    await once(this.#child, 'exit');
  }
}
