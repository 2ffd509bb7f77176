// Somebody who sits before a terminal: types lines into a real `floater`, and reads what it says.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { isOver, TARGET } from './floaterd.mjs';

export const PROGRAM = process.env.FLOATER ?? join(TARGET, 'ci/floater');
export const PASSWORD = '相逢何必曾相识 floater';
/** A line must come so soon, in milliseconds. */
export const PATIENCE = 30_000;

export function assertBuilt() {
  if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is not built`);
}

/** One person with a data directory of their own. All words are the program's, in Chinese. */
export class Terminal {
  #child;
  #lines = [];
  #waiting = null;
  #post;

  constructor(name, { folder, child, post, note }) {
    this.name = name;
    this.email = `${name.toLowerCase()}@example.org`;
    this.folder = folder;
    this.#child = child;
    this.#post = post;
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on('line', (line) => {
        this.#lines.push(line);
        this.#waiting?.();
        note(line);
      });
    }
    process.once('exit', () => child.kill('SIGKILL'));
  }

  /** `port`: the server's door for native clients. `note` gets each line that it says. */
  static async open(name, { port, post, note }) {
    assertBuilt();
    const folder = await mkdtemp(join(tmpdir(), 'floater-'));
    const words = ['--server', `floater://127.0.0.1:${port}`, '--data', folder, '--language', 'zh-CN'];
    const child = spawn(PROGRAM, words, { stdio: 'pipe' });
    return new Terminal(name, { folder, child, post, note });
  }

  type(line) {
    this.#child.stdin.write(`${line}\n`);
  }

  /** Passes over lines until one holds this. */
  async read(part) {
    const passed = [];
    const late = Date.now() + PATIENCE;
    for (;;) {
      const line = this.#lines.shift();
      if (line?.includes(part)) return line;
      if (line !== undefined) passed.push(line);
      else await this.#more(late, part, passed);
    }
  }

  #more(late, part, passed) {
    return new Promise((resolve, reject) => {
      const told = `${this.name} did not read ${part}:\n${passed.join('\n')}`;
      const timer = setTimeout(() => reject(new Error(told)), Math.max(0, late - Date.now()));
      this.#waiting = () => {
        clearTimeout(timer);
        this.#waiting = null;
        resolve();
      };
    });
  }

  /** Registers, activates by the code that was mailed, and logs in. */
  async arrive() {
    await this.read('还没有登录');
    this.type('/register');
    for (const [asked, answer] of [
      ['同意以上约定', '是'], ['邮箱', this.email], ['名字', this.name],
      ['新密码', PASSWORD], ['再输入一次', PASSWORD],
    ]) {
      await this.read(asked);
      this.type(answer);
    }
    await this.read('8 位验证码');
    this.type(await this.#post.codeFor(this.email));
    await this.read('账户已激活');
    this.type(PASSWORD);
    await this.read(`${this.name}，你好`);
  }

  async close() {
    if (!isOver(this.#child)) {
      this.#child.kill('SIGKILL');
      await once(this.#child, 'exit');
    }
    await rm(this.folder, { recursive: true, force: true, maxRetries: 20 });
  }
}
