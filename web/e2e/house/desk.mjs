// What the screen's server knows of the windows of a program, and hands on their keyboards.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** Whatever is to happen on the screen has happened so soon, in milliseconds. */
const PATIENCE = 30_000;
const LOOK = 50;

/** Two wishes of a person are further apart: `ONE_WISH` of `desktop/src/closing.rs`. */
export const apart = () => pause(1_100);

/** Asks until something is so; `patience`: for so long at most, in milliseconds. */
export async function until(what, patience = PATIENCE) {
  const last = Date.now() + patience;
  for (;;) {
    const value = await Promise.resolve().then(what).catch(() => null);
    if (value) return value;
    if (Date.now() > last) throw new Error(`never so: ${what}`);
    await pause(LOOK);
  }
}

/** The windows on a screen that stand there for one program. */
export class Desk {
  #env;

  #pid;

  constructor(screen, pid) {
    this.#env = { ...process.env, DISPLAY: screen.name };
    this.#pid = pid;
  }

  async #tool(...words) {
    const { stdout } = await run('xdotool', words, { env: this.#env });
    return stdout.trim();
  }

  /** All that are shown, by number; `name`: those of that title only. */
  async windows(name = '') {
    return this.#search('--onlyvisible', '--name', name);
  }

  async #search(...words) {
    // Where there is none, that counts as a failure.
    const found = await this.#tool('search', '--all', '--pid', this.#pid, ...words).catch(() => '');
    return found.split('\n').filter(Boolean);
  }

  /** What the server keeps of a window under a name. */
  async property(window, name) {
    return (await run('xprop', ['-id', window, name], { env: this.#env })).stdout;
  }

  /** Whether the system is asked to point at a window. */
  async isUrgent() {
    const windows = await this.#search();
    const all = await Promise.all(windows.map((it) => this.property(it, 'WM_HINTS')));
    return all.some((hints) => hints.includes('urgency hint bit is set'));
  }

  /** Puts its windows away: somebody looks elsewhere. */
  async away() {
    for (const window of await this.windows()) await this.#tool('windowminimize', window);
    await until(async () => !(await this.isFocused()));
  }

  /** Whether the keyboard is at one of its windows. */
  async isFocused() {
    const window = await this.#tool('getwindowfocus');
    return (await this.#tool('getwindowpid', window).catch(() => '')) === String(this.#pid);
  }

  /** The keyboard comes to the window of its page, once that is there. */
  async sit() {
    await this.turnTo(await until(async () => (await this.windows('FLOATER'))[0]));
  }

  /** The keyboard comes to one of its windows. */
  async turnTo(window) {
    await this.#tool('windowfocus', '--sync', window);
    await until(async () => (await this.#tool('getwindowfocus')) === window);
  }

  async type(text) {
    await this.#tool('type', '--delay', '5', text);
  }

  async press(...keys) {
    await this.#tool('key', '--delay', '10', ...keys);
  }

  /** Copies bytes of a type, as another program does: xclip stays behind until something else is copied. */
  async copy(type, bytes) {
    const xclip = spawn('xclip', ['-selection', 'clipboard', '-target', type, '-in'], {
      env: this.#env, stdio: ['pipe', 'ignore', 'ignore'],
    });
    xclip.stdin.end(bytes);
    const [code] = await once(xclip, 'exit');
    if (code !== 0) throw new Error(`xclip failed: ${code}`);
  }
}
